/* SPDX-License-Identifier: Apache-2.0 */
/* All modules; modules.c lists them in the order of their names. */
#pragma once

#include "scan/modules/module.h"
