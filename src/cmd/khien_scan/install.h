/* SPDX-License-Identifier: Apache-2.0 */
/* khien-scan rules update. */
#pragma once

#include "cmd/command.h"

extern const struct option install_options[];
errcode install_run(const struct call *call, struct err *err);
errcode install_grant(const struct call *call, struct grants *grants, struct err *err);
