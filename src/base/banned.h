/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that have no safe use here; including this after the system headers makes their use a
 * compile error. The build includes it everywhere (-include). */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strtok sscanf atoi atol gets localtime gmtime
#pragma GCC poison mktemp tmpnam system popen
