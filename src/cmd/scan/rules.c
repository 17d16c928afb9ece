/* SPDX-License-Identifier: Apache-2.0 */
/* khien rules: makes packs of rules, and says what is in them. */
#include "cmd/scan/rules.h"

#include "cmd/commands/commands.h"
#include "cmd/output.h"
#include "cmd/release/release.h"
#include "cmd/scan/rule_files.h"

#define OPTION_DEFINE                                                                              \
    {                                                                                              \
        "define", "NAME=VALUE", NULL, "define an external variable; may be repeated", 'd'          \
    }
static const struct option build_options[] = {
    {"output", "PACK", NULL, "write it there", 'o'},
    {"key", "FILE", NULL, "sign it with this secret key", 'k'},
    {"pack-version", "N", NULL, "its version (default: the seconds since 1970)", 0},
    OPTION_DEFINE,
    {0},
};
static const struct option key_options[] = {
    {"output", "FILE", NULL, "write the secret key there, the public one to FILE.pub", 'o'},
    {0},
};
static const struct option check_options[] = {
    {"clean", "FOLDER", NULL, "tell which rules hold in these files, which are clean", 0},
    OPTION_DEFINE,
    OPTION_JSON,
    OPTION_CSV,
    {0},
};

static const struct option sign_options[] = {
    {"key", "FILE", NULL, "sign it with this secret key", 'k'},
    {0},
};
static const struct option publish_options[] = {
    {"public-key", "FILE", NULL, "whose signature the pack must have; else rules.public_key", 0},
    {0},
};

static const struct option update_options[] = {
    {"from", "SOURCE", NULL,
     "a URL below which `latest.json` is, a pack, or a folder as it is published; else rules.from",
     0},
    {"public-key", "FILE", NULL,
     "whose signature the pack must have; else rules.public_key, else rules.pub beside the pack, "
     "else the key that is built in",
     0},
    {"output", "PACK", NULL,
     "the installed pack; else /var/lib/khien-scan/rules.pack for root, and "
     "~/.local/share/khien/rules.pack for others",
     'o'},
    {"check", NULL, NULL, "tell what there is, and change nothing", 0},
    {"insecure-http", NULL, NULL, "take packs by plain http from other machines, too", 0},
    OPTION_JSON,
    {0},
};
static const struct action actions[] = {
    {.name = "build",
     .words = "DIR…",
     .summary = "make a pack of rules, signatures, hashes and indicators",
     .words_min = 1,
     .words_max = RULES_WORDS_MAX,
     .needs = NEED_READ | NEED_OUTPUT,
     .options = build_options,
     .grant = rules_grant_build,
     .run = rules_run_build},
    RULES_ACTION_INFO,
    RULES_ACTION_VERIFY,
    {.name = "list",
     .words = "PACK",
     .summary = "list its rules with author, licence and source",
     .words_min = 1,
     .words_max = 1,
     .needs = NEED_READ,
     .options = rules_list_options,
     .grant = rules_grant_public_key,
     .run = rules_run_list},
    {.name = "check",
     .words = "DIR…",
     .summary = "tell what is wrong with rules: refused, slow, double, holding in clean files",
     .words_min = 1,
     .words_max = RULES_WORDS_MAX,
     .needs = NEED_READ,
     .options = check_options,
     .grant = rules_grant_check,
     .run = rules_run_check},
    {.name = "key",
     .words = "",
     .summary = "make a pair of keys: one to sign with, one for those who check",
     .needs = NEED_OUTPUT,
     .options = key_options,
     .grant = rules_grant_output,
     .run = rules_run_key},
    {.name = "publish",
     .words = "PACK",
     .summary = "put one where khien serve offers it to everyone",
     .words_min = 1,
     .words_max = 1,
     .needs = NEED_READ | NEED_WRITE,
     .options = publish_options,
     .grant = release_grant_publish,
     .run = release_run_publish},
    {.name = "sign",
     .words = "FILE",
     .summary = "sign a program that is offered beside packs: writes FILE.sig",
     .words_min = 1,
     .words_max = 1,
     .needs = NEED_READ | NEED_OUTPUT,
     .options = sign_options,
     .grant = release_grant_sign,
     .run = release_run_sign},
    {.name = "update",
     .words = "",
     .summary = "replace the installed pack by a newer one",
     .needs = NEED_OUTPUT | NEED_CONNECT | NEED_THREADS,
     .options = update_options,
     .grant = release_grant_update,
     .run = release_run_update},
    {0},
};
static const struct example examples[] = {
    {"khien rules key -o pack.key", "Once: keys. This one stays here, pack.key.pub goes out."},
    {"khien rules build rules/ -o rules.pack --key pack.key", "A signed pack:"},
    {"khien rules verify rules.pack --public-key pack.key.pub", "Is it ours and whole?"},
    {"khien rules check rules/ --clean /usr", "What to mend before it goes out:"},
    {"khien rules publish rules.pack", "Out it goes:"},
    {"khien rules update --from https://chiendich.example.vn/rules", "On every computer, daily:"},
    {"khien rules update --from /media/usb/rules", "On one without a network:"},
    {NULL, NULL},
};
const struct command command_rules = {
    .name = "rules",
    .group = "Finding malware",
    .summary = "make, check and describe packs of rules",
    .details =
        "A pack is one file with all that files are judged by. `build` reads what lies in the "
        "folders: YARA rules (`.yar`, `.yara`), signatures of ClamAV (`.hdb` `.hsb` `.mdb` `.msb` "
        "`.imp` `.ndb` `.ldb` `.cdb` `.fp` `.sfp` `.ign` `.ign2`), hashes as sha256sum writes "
        "them, or bare (`.md5` `.sha1` `.sha256`), CSV of abuse.ch with a column `sha256_hash` "
        "(`.csv`), patterns of file names (`.names`) and domains, addresses and URLs of C2 "
        "servers (`.c2`). What cannot be taken is told with file, line and reason, counted and "
        "left out.\n\n"
        "A line of `.names` is a pattern with `*`, `**` and `?`, or a regular expression between "
        "slashes; a line of `.c2` a domain, an address, a prefix or a URL. A name may follow "
        "behind a tab.\n\n"
        "Hidden files, links and files of other kinds are passed over and counted; when a file "
        "cannot be read, that is told, nothing is written, and the status is 1.\n\n"
        "Each file is a name space of its own, its path from the named folder on; files that it "
        "includes are in it. Of each source the pack keeps licence, author and URL: from lines "
        "`licence = …`, `author = …`, `url = …` in a `pack.conf` in its folder or one above, else "
        "from a licence text there; an `SPDX-License-Identifier` among its first lines goes before "
        "both.\n\n"
        "Rules with external variables, such as `filename`, need `--define` here; `khien yara` may "
        "give other values.\n\n"
        "With `--key` the pack is signed; every program refuses one that was changed. With "
        "`--public-key` it also refuses all that are not signed with that key, and with "
        "`--version-min` older ones. `verify` without `--public-key` takes the key that the "
        "program "
        "was built with, if it was (khien-scan(1)).\n\n"
        "`check` builds nothing. It tells refused rules, rules that slow scans and why, rules that "
        "are there twice, and with `--clean` those that hold in files that are clean. Its status "
        "is 0 whatever it finds, and 1 only when something could not be read.\n\n"
        "`publish` copies a pack that is signed with the configured key, and newer than what is "
        "published, to the state folder's `rules/`, keeps the four newest, and makes the "
        "differences that lead from the others to it. A running khien-serve(1) offers them below "
        "`/rules/` within seconds.\n\n"
        "`sign` writes the 64 bytes of an Ed25519 signature of the words `khien file 1`, a line "
        "feed "
        "and the SHA-512 of FILE.\n\n"
        "`update` fetches a newer pack, by the difference from the installed one where there is a "
        "smaller one, and goes on where an earlier call was cut. It checks it as `verify` does and "
        "then puts it in the place of the installed one, in one step; whatever goes wrong, that "
        "one stays. An older pack is refused. The key must be here already: it never comes with a "
        "pack. Redirects are refused, and plain http but to this machine.",
    .actions = actions,
    .examples = examples,
    .see_also = "khien-yara",
};
