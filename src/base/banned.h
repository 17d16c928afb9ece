/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that have no safe use here; including this after the system headers makes their use a
 * compile error. The build includes it everywhere (-include). */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef _WIN32
#include <io.h>
#undef popen
#endif
/* The headers of COM name strcpy themselves. */
#ifdef KHIEN_COM
#include <taskschd.h>
#include <windows.h>
#endif

/* clang's _FORTIFY_SOURCE makes these macros, which cannot be poisoned. */
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat sprintf vsprintf strtok sscanf atoi atol gets localtime gmtime
#pragma GCC poison mktemp tmpnam system popen
