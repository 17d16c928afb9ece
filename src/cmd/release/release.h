/* SPDX-License-Identifier: Apache-2.0 */
/* The actions of `khien rules` that bring packs and programs from one machine to others. */
#pragma once

#include "cmd/command.h"

errcode release_run_publish(const struct call *call, struct err *err);
errcode release_run_sign(const struct call *call, struct err *err);
errcode release_run_update(const struct call *call, struct err *err);
errcode release_grant_publish(const struct call *call, struct grants *grants, struct err *err);
errcode release_grant_sign(const struct call *call, struct grants *grants, struct err *err);
errcode release_grant_update(const struct call *call, struct grants *grants, struct err *err);
