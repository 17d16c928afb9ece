/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32 as ZIP, PNG and Ethernet have it (polynomial 0xedb88320 reflected, inverted at both
 * ends). */
#pragma once

#include "base/str.h"

uint32_t crc32_of(str content);
