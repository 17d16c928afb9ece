/* SPDX-License-Identifier: Apache-2.0 */
/* The rights this program runs with. */
#pragma once

#include <stdbool.h>

/* With an administrator's, which the same user's other programs have not. */
bool token_is_elevated(void);
