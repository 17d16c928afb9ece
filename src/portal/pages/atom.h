/* SPDX-License-Identifier: Apache-2.0 */
/* A list of content items as an Atom feed (RFC 4287; inner to the pages). */
#pragma once

#include "pages/article.h"

/* Serves the newest items of LIST, which has a feed_path. */
void atom_serve(const struct visit *visit, const struct article_list *list);
