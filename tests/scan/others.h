/* SPDX-License-Identifier: Apache-2.0 */
/* What all users of the machine may do with a file or folder of this one. */
#pragma once

enum others { OTHERS_NOTHING, OTHERS_READ, OTHERS_CHANGE };
/* Or the test ends. */
void others_get(const char *path, enum others what);
