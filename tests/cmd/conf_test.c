/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: values, faults, environment, round trips. */
#include "cmd/conf/conf.h"

#include "base/tap.h"
#include "cmd/conf/schema.h"

#include <stdio.h>

static struct buf faults;

static void
keep(void *context, const char *message)
{
    (void)context;
    buf_printf(&faults, "%s\n", message);
}

static const struct conf_faults sink = {NULL, keep};

/* The faults of TEXT, one a line. */
static str
faults_of(const char *text)
{
    struct conf *conf = conf_new();
    struct err err;
    buf_reset(&faults);
    errcode code = conf_add_text(conf, "t", str_of(text), &sink, &err);
    tap_ok((code == OK) == (faults.n == 0), "the status says whether there are faults");
    conf_free(conf);
    return faults.n ? (str){faults.p, faults.n - 1} : (str){"", 0};
}

static void
check_defaults(void)
{
    struct conf *conf = conf_new();
    tap_eq_z(conf_text(conf, "state.folder"), "var", "state.folder");
    tap_eq_i64(conf_number(conf, "check.window_days"), 30, "check.window_days");
    tap_ok(!conf_yes(conf, "campaign.demonstration"), "campaign.demonstration");
    tap_eq_i64(conf_day(conf, "campaign.baseline_from"), DAY_NONE, "an unset day");
    tap_eq_i64(conf_count(conf, "http.trusted_proxy"), 0, "an empty list");
    for (const struct conf_key *key = conf_keys; key->name; key++) {
        char out[CONF_VALUE_MAX];
        struct err err;
        tap_no_err(conf_check_value(key, str_of(key->fallback), out, &err), &err,
                   "the default of %s.%s is right", key->section, key->name);
        tap_eq_z(out, key->fallback, "and spelled as it would be printed");
        if (key->example)
            tap_no_err(conf_check_value(key, str_of(key->example), out, &err), &err,
                       "so is its example");
    }
    conf_free(conf);
}

static void
check_values(void)
{
    static const char text[] = "\xef\xbb\xbf# comment\r\n[state]\r\n folder =  a b \r\n[campaign]\n"
                               "demonstration = TRUE\nbaseline_from=2026-09-01\nname_vi = a = #b\n"
                               "[http]\ntrusted_proxy = 10.0.0.0/8\ntrusted_proxy = ::1\n"
                               "listen = [::1]:0\n[check]\nwindow_days = 007\nhistory_days =\n"
                               "[feed a.b]\nurl = https://x/y\nevery = 120m\n";
    struct conf *conf = conf_new();
    struct err err;
    tap_no_err(conf_add_text(conf, "t", str_of(text), NULL, &err), &err, "a file is read");
    tap_eq_z(conf_text(conf, "state.folder"), "a b", "blanks at both ends are cut");
    tap_ok(conf_yes(conf, "campaign.demonstration"), "TRUE is yes");
    tap_eq_i64(conf_day(conf, "campaign.baseline_from"), day_from_civil(2026, 9, 1), "a day");
    tap_eq_z(conf_text(conf, "campaign.name_vi"), "a = #b", "only whole lines are comments");
    tap_eq_i64(conf_count(conf, "http.trusted_proxy"), 2, "a list");
    tap_eq_z(conf_item(conf, "http.trusted_proxy", 1), "::1/128", "its second item, spelled out");
    tap_eq_i64(conf_number(conf, "check.window_days"), 7, "a number");
    tap_eq_i64(conf_number(conf, "check.history_days"), 3650, "an empty number is the default");
    tap_eq_i64(conf_feeds(conf), 1, "a feed");
    tap_eq_z(conf_feed_name(conf, 0), "a.b", "its name");
    tap_eq_z(conf_feed_text(conf, 0, "feed.every"), "2h", "its time in the largest unit");
    tap_eq_i64(conf_feed_number(conf, 0, "feed.every"), 7200, "in seconds");
    tap_no_err(conf_set(conf, "state.folder", STR("c"), &err), &err, "a key is set");
    tap_eq_z(conf_text(conf, "state.folder"), "c", "which replaces");
    static const struct {
        const char *key, *want;
    } empty[] = {{"state.folder", "var"},
                 {"http.listen", "127.0.0.1:8080"},
                 {"check.home_country", "VN"},
                 {"http.admin_listen", ""},
                 {"campaign.name_vi", ""}};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        tap_no_err(conf_set(conf, empty[i].key, STR(""), &err), &err, "%s is unset", empty[i].key);
        tap_eq_z(conf_text(conf, empty[i].key), empty[i].want, "and is then");
    }
    tap_eq_i64(conf_set(conf, "http.listen", STR("nowhere"), &err), ERR_FORMAT,
               "a wrong one is not");
    conf_free(conf);
}

static void
check_faults(void)
{
    static const struct {
        const char *text, *fault;
    } cases[] = {
        {"[check]\nwindow_dayz = 1\n",
         "t:2: [check] has no key \"window_dayz\"; did you mean \"window_days\"?"},
        {"[checks]\n", "t:1: there is no section [checks]; did you mean [check]?"},
        {"a = b\n", "t:1: a key must stand below a [section]"},
        {"[check]\nwindow_days\n",
         "t:2: expected \"key = value\", \"[section]\" or a line that begins with #"},
        {"[check\n", "t:1: a section is written [NAME]"},
        {"[check x]\n", "t:1: the section [check] has no name of its own"},
        {"[check]\nwindow_days = 0\n",
         "t:2: check.window_days must be a number from 1 to 366, not \"0\""},
        {"[check]\nwindow_days = 1\nwindow_days = 2\n",
         "t:3: check.window_days is given twice, first in line 2"},
        {"[campaign]\ndemonstration = maybe\n",
         "t:2: campaign.demonstration must be yes or no, not \"maybe\""},
        {"[campaign]\nbaseline_from = 2026-02-30\n",
         "t:2: campaign.baseline_from must be a day such as 2026-11-21, not \"2026-02-30\""},
        {"[http]\nlisten = 1.2.3.4\n",
         "t:2: http.listen must be ADDRESS:PORT, IPv6 as [ADDRESS]:PORT, not \"1.2.3.4\""},
        {"[http]\nlisten = ::1:80\n",
         "t:2: http.listen must be ADDRESS:PORT, IPv6 as [ADDRESS]:PORT, not \"::1:80\""},
        {"[http]\ntrusted_proxy = 10.0.0.1/8\n", "t:2: http.trusted_proxy must be an address or "
                                                 "prefix such as 192.0.2.0/24, not \"10.0.0.1/8\""},
        {"[feed ../x]\n",
         "t:1: [feed NAME] needs a name of at most 64 letters, digits, '_', '-' and '.'"},
        {"[feed x]\nurl = ftp://a/\n", "t:2: feed.url must be a URL that begins with https://, "
                                       "http:// or file:///, not \"ftp://a/\"\n"
                                       "t: [feed x] has no url"},
        {"[feed x]\nurl = https://a\n[feed x]\nurl = https://b\n",
         "t:3: there already is a [feed x]"},
        {"[state]\nfolder = a\x01\n", "t:2: state.folder holds bytes that are no text"},
        {"[state]\nfolder = \xff\n", "t:2: state.folder holds bytes that are no text"},
        {"[feed x]\nurl = https://a\nevery = 10s\n",
         "t:3: feed.every must be a time such as 15m, 6h or 1d, from 60s to 366d, not \"10s\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        tap_eq_str(faults_of(cases[i].text), str_of(cases[i].fault), "fault %zu", i);
}

static void
check_environment(void)
{
    const char *const right[] = {"HOME=/",
                                 "KHIEN=x",
                                 "KHIEN_NOW=2026-01-01",
                                 "KHIEN_CONF=f",
                                 "KHIEN_HTTP_LISTEN=127.0.0.1:1",
                                 "KHIEN_HTTP_TRUSTED_PROXY=::1, 10.0.0.1",
                                 NULL};
    const char *const wrong[] = {"KHIEN_HTTP_LISTN=127.0.0.1:1", "KHIEN_CHECK_WINDOW_DAYS=x", NULL};
    struct conf *conf = conf_new();
    struct err err;
    buf_reset(&faults);
    conf_add_text(conf, "t", STR("[http]\nlisten = 127.0.0.1:2\ntrusted_proxy = 10.0.0.2\n"), NULL,
                  &err);
    tap_no_err(conf_add_environment(conf, right, &sink, &err), &err, "the environment is read");
    tap_eq_z(conf_text(conf, "http.listen"), "127.0.0.1:1", "it goes before the file");
    tap_eq_i64(conf_count(conf, "http.trusted_proxy"), 2, "a list with commas");
    tap_eq_z(conf_item(conf, "http.trusted_proxy", 0), "::1/128", "replaces the file's");
    tap_eq_i64(conf_add_environment(conf, wrong, &sink, &err), ERR_FORMAT,
               "wrong ones are refused");
    tap_eq_str(buf_view(&faults),
               STR("the environment's KHIEN_HTTP_LISTN: [http] has no key \"listn\"; did you mean "
                   "\"listen\"?\nthe environment's KHIEN_CHECK_WINDOW_DAYS: check.window_days must "
                   "be a number from 1 to 366, not \"x\"\n"),
               "each is named");
    conf_free(conf);
}

/* Every key set, printed, read, printed. */
static void
check_round_trip(void)
{
    struct buf text = BUF(1 << 20), once = BUF(1 << 20), twice = BUF(1 << 20);
    struct err err;
    for (const struct conf_section *section = conf_sections; section->name; section++) {
        buf_printf(&text, section->named ? "[%s one]\n" : "[%s]\n", section->name);
        for (const struct conf_key *key = conf_keys; key->name; key++) {
            if (strcmp(key->section, section->name) == 0)
                buf_printf(&text, "%s = %s\n", key->name,
                           key->example ? key->example : key->fallback);
        }
    }
    struct conf *conf = conf_new(), *again = conf_new();
    tap_no_err(conf_add_text(conf, "t", buf_view(&text), &sink, &err), &err, "every key is read");
    conf_print(conf, &once);
    tap_no_err(conf_add_text(again, "t", buf_view(&once), &sink, &err), &err,
               "what was printed too");
    conf_print(again, &twice);
    tap_eq_str(buf_view(&twice), buf_view(&once), "and is printed the same");
    tap_ok(str_find(buf_view(&once), STR("[feed one]\nurl = https://")) != SIZE_MAX, "with feeds");
    conf_free(conf);
    conf_free(again);
    buf_clear(&text);
    buf_clear(&once);
    buf_clear(&twice);
}

static void
check_sample(void)
{
    struct buf sample = BUF(1 << 20);
    struct err err;
    struct conf *conf = conf_new();
    conf_sample(&sample);
    tap_no_err(conf_add_text(conf, "t", buf_view(&sample), &sink, &err), &err,
               "the sample is right");
    conf_free(conf);
    buf_clear(&sample);
}

int
main(void)
{
    faults = BUF(1 << 20);
    check_defaults();
    check_values();
    check_faults();
    check_environment();
    check_round_trip();
    check_sample();
    buf_clear(&faults);
    return tap_done();
}
