/* SPDX-License-Identifier: Apache-2.0 */
/* Family names: the built-in table, spelling, decorations, and tables that are refused. */
#include "intel/family.h"

#include "base/limits.h"
#include "base/tap.h"

static const char table[] = "# comment\n"
                            "victorygate\tvictory-gate,vgate\tbotnet\twindows\tMot\tOne\n"
                            "anubis\t-\tbanking-trojan\tandroid\tHai\tTwo\n"
                            "badbox\tb2\tbotnet\tandroid\tBa\t-\n"
                            "mirai\telf.mirai\tbotnet\tiot\tBon\tFour\n"
                            "adwind\tjrat\trat\tmulti\tNam\tFive\n";

static const struct {
    const char *name, *want; /* NULL = not listed */
} lookups[] = {
    {"victorygate", "victorygate"},
    {"VictoryGate", "victorygate"},
    {" victory_gate ", "victorygate"},
    {"victory gate", "victorygate"},
    {"VGATE", "victorygate"},
    {"victorygate.b", "victorygate"},
    {"victorygate.ab", "victorygate"},
    {"victorygate-variant", "victorygate"},
    {"win.victorygate", "victorygate"},
    {"win.victory_gate.b", "victorygate"},
    {"apk.victorygate", NULL},
    {"apk.anubis", "anubis"},
    {"win.anubis", NULL},
    {"elf.mirai", "mirai"},
    {"elf.mirai.x", "mirai"},
    {"js.adwind", "adwind"},
    {"win.adwind", "adwind"},
    {"badbox.2", NULL},
    {"badbox.2.0", NULL},
    {"b2", "badbox"},
    {"victorygate.", NULL},
    {".b", NULL},
    {"win.", NULL},
    {"", NULL},
    {"victorygatex", NULL},
    {"victorygate.abc", NULL},
};

static void
check_lookups(void)
{
    struct families *families = NULL;
    struct err err;
    if (!tap_no_err(families_new("t", str_of(table), &families, &err), &err, "a table is read"))
        return;
    for (size_t i = 0; i < sizeof lookups / sizeof *lookups; i++) {
        const struct family *family = families_find(families, str_of(lookups[i].name));
        tap_eq_str(family ? family->name : (str){0}, str_of(lookups[i].want), "\"%s\"",
                   lookups[i].name);
    }
    const struct family *family = families_find(families, STR("anubis"));
    tap_eq_str(family->description[LANGUAGE_VI], STR("Hai"), "the description in Vietnamese");
    tap_eq_str(family->description[LANGUAGE_EN], STR("Two"), "and in English");
    tap_eq_str(family->kind, STR("banking-trojan"), "the kind");
    char longest[LIMIT_FAMILY_NAME + 1];
    memset(longest, 'a', sizeof longest);
    tap_ok(!families_find(families, (str){longest, sizeof longest}), "a name that is too long");
    families_free(families);
}

static void
check_refused(const char *text, const char *part, const char *what)
{
    struct families *families = NULL;
    struct err err = {0};
    tap_ok(families_new("t.tsv", str_of(text), &families, &err) == ERR_FORMAT && !families,
           "%s is refused", what);
    if (!tap_ok(strstr(err.text, part) != NULL, "the message says where"))
        tap_note("%s", err.text);
}

static void
check_built_in(void)
{
    struct families *families = NULL;
    struct err err;
    if (!tap_no_err(families_new(NULL, (str){0}, &families, &err), &err, "the built-in table"))
        return;
    static const char *const names[] = {"mirai", "sality", "conficker", "andromeda", "necurs"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct family *family = families_find(families, str_of(names[i]));
        tap_ok(family && family->description[LANGUAGE_VI].n && family->description[LANGUAGE_EN].n,
               "%s is described", names[i]);
    }
    tap_ok(!families_find(families, STR("no such family")), "unknown names are unknown");
    families_free(families);
}

int
main(void)
{
    check_lookups();
    check_refused("a\tx\tbotnet\twindows\tv\te\nb\tX\tbotnet\twindows\tv\te\n", "line 2",
                  "an alias of two families");
    check_refused("a\tx,,y\tbotnet\twindows\tv\te\n", "line 1", "an empty alias");
    check_refused("a\tx\n", "1", "a row with too few cells");
    check_built_in();
    return tap_done();
}
