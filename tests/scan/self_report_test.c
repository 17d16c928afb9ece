/* SPDX-License-Identifier: Apache-2.0 */
/* What a scan tells a campaign: whatever names things have, none of them is told. Work is compared
 * with what Python's hashlib finds. */
#include "base/limits.h"
#include "base/require.h"
#include "base/rng.h"
#include "base/tap.h"
#include "scan/scan.h"

enum { NAME_TEXT = 80, ROUNDS = 300 };
static const uint8_t id[SELF_REPORT_ID] = {0x0f, 0x1e, 2,  3,  4,  5,  6,  7,
                                           8,    9,    10, 11, 12, 13, 14, 15};

static const char *const known[] = {"mirai", "agenttesla", "lokibot", "android.badbox"};

static str
find(void *context, str name)
{
    (void)context;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eq_nocase(name, str_of(known[i])))
            return str_of(known[i]);
    if (str_eq_nocase(name, STR("agent-tesla")))
        return STR("agenttesla");
    if (str_eq_nocase(name, STR("stop")) || str_eq_nocase(name, STR("hub")))
        return STR("lokibot");
    return (str){NULL, 0};
}

static void
test_families(void)
{
    static const struct {
        const char *name, *family;
    } cases[] = {
        {"Mirai", "mirai"},
        {"MAL_ELF_Mirai_Jan25", "mirai"},
        {"Unix.Trojan.Mirai-7100807-0", "mirai"},
        {"Win.Trojan.AgentTesla-98-1.UNOFFICIAL", "agenttesla"},
        {"win_agent_tesla_auto", "agenttesla"},
        {"android.badbox", "android.badbox"},
        {"Suspicious_Stop_Of_Services", ""},
        {"stop", "lokibot"},
        {"GitHub_hub", ""},
        {"mirai2", ""},
        {"...", ""},
        {"", ""},
        {"one two three four five six seven eight nine ten a b c d e f g h i j k l m n o mirai",
         ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        tap_eq_str(self_report_family_of(cases[i].name, find, NULL), str_of(cases[i].family),
                   "the family of \"%s\"", cases[i].name);
}

/* ---- the body ---- */

static struct buf
body_of(struct report *report, const char *scope)
{
    struct report_about about = {.scope = scope, .rules_version = 77, .rules_id = "secret-pack"};
    struct buf body = BUF(LIMIT_SELF_REPORT);
    self_report_write(report, &about, &(struct self_report_options){"linux", id, find, NULL},
                      &body);
    return body;
}

static bool
is_allowed(str text)
{
    static const char *const words[] = {"version",
                                        "id",
                                        "program",
                                        "system",
                                        "rules_version",
                                        "scope",
                                        "complete",
                                        "files",
                                        "processes",
                                        "malicious",
                                        "suspicious",
                                        "look",
                                        "quarantined",
                                        "families",
                                        "linux",
                                        "quick",
                                        "full",
                                        "paths",
                                        "other",
                                        KHIEN_VERSION,
                                        "0f1e02030405060708090a0b0c0d0e0f"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(text, str_of(words[i])))
            return true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eq(text, str_of(known[i])))
            return true;
    return false;
}

/* Whether each text in it is one that the program knows, and the rest is of JSON. */
static bool
holds_nothing_else(str body)
{
    bool is_text = false;
    size_t begin = 0;
    for (size_t i = 0; i < body.n; i++) {
        char c = body.p[i];
        if (c == '"' && is_text && !is_allowed((str){body.p + begin, i - begin}))
            return false;
        if (c == '"') {
            is_text = !is_text;
            begin = i + 1;
        } else if (!is_text && !strchr("{}:,truefals", c) && !ascii_is_digit(c)) {
            return false;
        }
    }
    return !is_text;
}

static const char *
odd_name(struct rng *rng, char out[NAME_TEXT])
{
    static const char *const pieces[] = {"/home/", "Nguyễn Văn A", "\"",       "\\",
                                         "\n",     "\xff\xfe",     "10.0.0.7", "mirai",
                                         "}",      "{\"id\":1}",   "..",       "C:\\Users\\",
                                         "%s%n",   "\x1b[2J",      "a",        " ",
                                         "other",  "agent_tesla"};
    size_t n = 0;
    for (uint64_t left = rng_below(rng, 5); left > 0; left--) {
        str piece = str_of(pieces[rng_below(rng, sizeof pieces / sizeof *pieces)]);
        if (n + piece.n < NAME_TEXT - 1) {
            memcpy(out + n, piece.p, piece.n);
            n += piece.n;
        }
    }
    out[n] = 0;
    return out;
}

static void
add_odd(struct report *report, struct rng *rng)
{
    char texts[6][NAME_TEXT];
    struct report_item item = {
        .of = (enum report_of)rng_below(rng, 2),
        .level = (enum finding_level)rng_below(rng, FINDING_LEVELS),
        .name = odd_name(rng, texts[0]),
        .source = odd_name(rng, texts[1]),
        .subject = odd_name(rng, texts[2]),
        .inside = odd_name(rng, texts[3]),
        .detail = odd_name(rng, texts[4]),
        .file = odd_name(rng, texts[5]),
        .pid = (uint32_t)rng_next(rng),
    };
    report_add(report, &item);
    report_skip(report, SKIP_UNREADABLE, texts[0], texts[1]);
}

static void
test_odd_names(void)
{
    struct rng rng = {20261126};
    size_t bad = 0, with_family = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct report *report = report_new();
        for (uint64_t left = rng_below(&rng, 40); left > 0; left--)
            add_odd(report, &rng);
        struct buf body = body_of(report, "quick");
        bad += body.full || !holds_nothing_else(buf_view(&body));
        if (bad == 1 && !holds_nothing_else(buf_view(&body)))
            tap_note("%s", body.p);
        with_family += str_find(buf_view(&body), STR("\"mirai\"")) != SIZE_MAX;
        buf_clear(&body);
        report_free(report);
    }
    tap_eq_i64(bad, 0, "no name, path or address is in any of %d bodies", ROUNDS);
    tap_ok(with_family > ROUNDS / 10, "though many of them name a family");
    tap_ok(!holds_nothing_else(STR("{\"files\":\"/home/a\"}")), "and this would be seen");
}

static void
test_counts(void)
{
    struct report *report = report_new();
    report_count(report, &(struct report_counts){.files = 123456, .processes = 99});
    for (int i = 0; i < 3; i++) {
        char subject[16];
        snprintf(subject, sizeof subject, "/a/%d", i);
        report_add(report, &(struct report_item){.of = REPORT_FILE,
                                                 .level = FINDING_MALICIOUS,
                                                 .name = i ? "ELF_Mirai" : "never-heard-of",
                                                 .subject = subject,
                                                 .quarantined = i == 2 ? 7 : 0});
    }
    report_add(report, &(struct report_item){.of = REPORT_FILE,
                                             .level = FINDING_SUSPICIOUS,
                                             .name = "mirai",
                                             .subject = "/b"});
    struct buf body = body_of(report, "full");
    tap_eq_z(
        body.p,
        "{\"version\":1,\"id\":\"0f1e02030405060708090a0b0c0d0e0f\",\"program\":\"" KHIEN_VERSION
        "\",\"system\":\"linux\",\"rules_version\":77,\"scope\":\"full\",\"complete\":true,"
        "\"files\":120000,\"processes\":99,\"malicious\":3,\"suspicious\":1,\"look\":0,"
        "\"quarantined\":1,\"families\":{\"other\":1,\"mirai\":2}}",
        "the body, with two digits of the number of files");
    buf_clear(&body);
    report_free(report);
}

static str
find_any(void *context, str name)
{
    char *kept = context;
    uint64_t number;
    if (name.n != 4 || !str_to_u64(name, 999, &number))
        return (str){NULL, 0};
    memcpy(kept + 4 * number, name.p, 4);
    return (str){kept + 4 * number, 4};
}

static void
test_many_families(void)
{
    static char names[4 * 1000];
    struct report *report = report_new();
    for (unsigned i = 0; i < 200; i++) {
        char name[8];
        snprintf(name, sizeof name, "%04u", i);
        report_add(report, &(struct report_item){.of = REPORT_FILE,
                                                 .level = FINDING_MALICIOUS,
                                                 .name = name,
                                                 .subject = name});
    }
    struct report_about about = {.scope = "paths", .rules_id = ""};
    struct buf body = BUF(LIMIT_SELF_REPORT);
    self_report_write(report, &about, &(struct self_report_options){"windows", id, find_any, names},
                      &body);
    tap_ok(!body.full && str_find(buf_view(&body), STR("\"other\":169}")) != SIZE_MAX &&
               str_find(buf_view(&body), STR("\"0030\":1,\"other\"")) != SIZE_MAX,
           "beyond %d families they are others", LIMIT_SELF_REPORT_FAMILIES);
    buf_clear(&body);
    report_free(report);
}

/* ---- work ---- */

static void
test_proof(void)
{
    static const struct {
        const char *challenge;
        unsigned bits, has;
        const char *number;
    } cases[] = {
        {"a", 0, 1, "0"},
        {"a", 1, 1, "0"},
        {"a", 8, 11, "34"},
        {"test", 12, 12, "4703"},
        {"1.1795687000.16.0123456789abcdef0123456789abcdef", 16, 17, "192134"},
    };
    char proof[SELF_REPORT_PROOF_TEXT], want[SELF_REPORT_PROOF_TEXT];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(want, sizeof want, "%s.%s", cases[i].challenge, cases[i].number);
        bool is_solved = self_report_solve(str_of(cases[i].challenge), cases[i].bits, NULL, proof);
        tap_eq_z(is_solved ? proof : "none", want, "the first number for %u bits", cases[i].bits);
        tap_eq_i64(self_report_bits(str_of(want)), cases[i].has, "which gives so many");
    }
    tap_eq_i64(self_report_bits(STR("1.1795687000.20.0123456789abcdef0123456789abcdef.1597546")),
               20, "and for 20 bits");
}

static bool
stop(void)
{
    return true;
}

static void
test_refusals(void)
{
    char proof[SELF_REPORT_PROOF_TEXT];
    static char long_text[SELF_REPORT_PROOF_TEXT];
    memset(long_text, 'a', sizeof long_text - 1);
    tap_ok(!self_report_solve(str_of(long_text), 1, NULL, proof), "a challenge that is too long");
    tap_ok(!self_report_solve(STR("a"), SELF_REPORT_BITS_MAX + 1, NULL, proof), "too much work");
    tap_ok(!self_report_solve(STR("a"), SELF_REPORT_BITS_MAX, stop, proof), "work that is stopped");
}

int
main(void)
{
    test_families();
    test_odd_names();
    test_counts();
    test_many_families();
    test_proof();
    test_refusals();
    return tap_done();
}
