/* SPDX-License-Identifier: Apache-2.0 */
/* Where a program that runs with an administrator's rights keeps what it trusts. */
#pragma once

#include "base/file.h"

/* FOLDER\NAME: as people, and other programs, write it. */
errcode folder_place(char out[PATH_TEXT], const char *folder, const char *name, struct err *err);

/* "C:\Program Files\Khien", made when it is not there. Only administrators write there, nor could
 * a user's malware have made it before, as in %ProgramData%; and the registry of the machine says
 * where it is, not the environment, which is the user's too. */
errcode admin_folder(char out[PATH_TEXT], struct err *err);
/* Its folder "State", which users may not read either: files of all users are kept in it. */
errcode admin_state_folder(char out[PATH_TEXT], struct err *err);
