/* SPDX-License-Identifier: Apache-2.0 */
/* khien-scan licences. */
#pragma once

#include "cmd/command.h"

extern const struct command command_licences;
