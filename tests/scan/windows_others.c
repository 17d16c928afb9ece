/* SPDX-License-Identifier: Apache-2.0 */
#include "others.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "base/windows/wide.h"

#include <windows.h>
/* windows.h comes first. */
#include <sddl.h>

void
others_get(const char *path, enum others what)
{
    static const wchar_t *const lists[] = {L"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OW)",
                                           L"D:P(A;;FA;;;BA)(A;;FA;;;OW)(A;;FR;;;WD)",
                                           L"D:P(A;;FA;;;BA)(A;;FA;;;OW)(A;;FA;;;WD)"};
    cleanup(cleanup_free) wchar_t *wide = wide_path(path);
    PSECURITY_DESCRIPTOR descriptor;
    require(ConvertStringSecurityDescriptorToSecurityDescriptorW(lists[what], SDDL_REVISION_1,
                                                                 &descriptor, NULL));
    require(SetFileSecurityW(wide, DACL_SECURITY_INFORMATION, descriptor));
    LocalFree(descriptor);
}
