/* SPDX-License-Identifier: Apache-2.0 */
/* khien scan: files, processes, what starts by itself and who it talks to. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/progress.h"
#include "base/require.h"
#include "cmd/commands/commands.h"
#include "cmd/console.h"
#include "cmd/output.h"
#include "cmd/report_to/report_to.h"
#include "cmd/scan/rule_files.h"
#include "cmd/scan/scan_power.h"
#include "cmd/scan/scan_remove.h"
#include "cmd/scan/scan_run.h"
#include "cmd/scan/scan_setup.h"
#include "cmd/scan/scan_system.h"
#include "cmd/scan/scan_watch.h"
#include "cmd/scan/schedule.h"

enum { PATHS_MAX = 4096, OUTPUT_MAX = 1 << 30, FILE_SECONDS = 300 };

/* Set by the signal's handler. */
static atomic_bool stopped;

struct scanning {
    const struct call *call;
    struct scan_rules *rules;
    struct cache *cache;
    struct report *report;
    struct report_about about;
    char rules_id[SHA256_TEXT];
    enum report_language language;
    struct job_options options;
    struct job *job;
    struct progress progress;
    struct scan_power power;
    struct scan_starts starts; /* what starts by itself */
    struct scan_starts ends;   /* what ends findings, whose subjects are the paths */
    char *words[PATHS_MAX];    /* of the call, without links */
};

/* ---- what is scanned ---- */

static void
found_by_check(void *context, const struct finding *finding)
{
    struct scanning *scanning = context;
    struct report_item item = {
        .of = REPORT_CHECK,
        .level = finding->level,
        .name = finding->check->id,
        .subject = finding->subject,
        .detail = finding->detail,
        .check = finding->check,
        .reason = finding->reason,
        .file = finding->file,
        .pid = finding->pid,
        .line = finding->line,
    };
    report_add(scanning->report, &item);
    if (finding->value)
        scan_starts_add(&scanning->ends,
                        &(struct check_start){.path = finding->subject, .value = finding->value});
}

static void
starts(void *context, const struct check_start *start)
{
    struct scanning *scanning = context;
    scan_starts_add(&scanning->starts, start);
}

static void
unseen(void *context, const struct check *check, const char *what, const struct err *why)
{
    struct scanning *scanning = context;
    char detail[sizeof why->text + 64];
    snprintf(detail, sizeof detail, "%s: %s", check->id, why->text);
    report_skip(scanning->report, SKIP_CHECK, what, detail);
}

static bool
is_listed(void *context, const char *host, char *ret_name)
{
    enum { NAME_MAX_BYTES = 256 };
    struct scanning *scanning = context;
    const struct pack *pack = scan_rules_pack(scanning->rules);
    struct arena arena = ARENA;
    struct pack_listed listed;
    ip address;
    bool found = false;
    if (pack && ip_parse(str_of(host), &address))
        found = pack_find_address(pack, address, &arena, &listed);
    else if (pack)
        found = pack_find_domain(pack, str_of(host), &arena, &listed);
    if (found && !str_copy(listed.name, ret_name, NAME_MAX_BYTES))
        str_copy(STR("C2"), ret_name, NAME_MAX_BYTES);
    arena_clear(&arena);
    return found;
}

/* A scan of paths looks at nothing else, but what starts a file goes with it. */
static void
ignore_finding(void *context, const struct finding *finding)
{
    (void)context;
    (void)finding;
}

static void
ignore_unseen(void *context, const struct check *check, const char *what, const struct err *why)
{
    (void)context;
    (void)check;
    (void)what;
    (void)why;
}

static void
run_checks(struct scanning *scanning, bool is_for_starts)
{
    struct checking checking = {
        .root = "",
        .is_for_starts = is_for_starts,
        .is_listed = is_listed,
        .context = scanning,
        .found = is_for_starts ? ignore_finding : found_by_check,
        .starts = starts,
        .unseen = is_for_starts ? ignore_unseen : unseen,
    };
    checks_run(&checking);
    if (!is_for_starts)
        report_count(scanning->report, &(struct report_counts){.checks = checking.looked});
}

static void
begin_progress(struct scanning *scanning, const char *vi, const char *en, uint64_t total)
{
    bool is_vi = scanning->language == REPORT_VI;
    progress_begin(&scanning->progress, is_vi ? vi : en, total);
    if (is_vi) {
        scanning->progress.left_before = "còn ";
        scanning->progress.left_after = "";
    }
}

static void
scan_processes(struct scanning *scanning)
{
    begin_progress(scanning, "Chương trình đang chạy", "Programs that run", scan_targets.count);
    for (size_t i = 0; i < scan_targets.count && !stopped; i++) {
        const struct scan_target *target = &scan_targets.items[i];
        if (target->program[0])
            starts(scanning, &(struct check_start){.path = target->program});
        if (target->process)
            job_process(scanning->job, target->process, target->pid, target->name);
        else
            report_skip(scanning->report, SKIP_PROCESS, target->name, target->why);
        scan_power_wait(&scanning->power);
        progress_show(&scanning->progress, i + 1);
    }
    progress_end(&scanning->progress);
}

static void
show_files(void *context, uint64_t done)
{
    struct scanning *scanning = context;
    scan_power_wait(&scanning->power);
    progress_show(&scanning->progress, done);
}

static const char *
start_path(const struct scanning *scanning, size_t i)
{
    return scanning->starts.items[i]->start.path;
}

/* A program that several things start is scanned once. */
static bool
is_new_start(const struct scanning *scanning, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(start_path(scanning, i), start_path(scanning, at)) == 0)
            return false;
    return true;
}

static void
scan_files(struct scanning *scanning, const char *const *paths, size_t count)
{
    uint64_t total = 0;
    if (scanning->progress.on)
        for (size_t i = 0; i < count; i++)
            total += job_count(&scanning->options, paths[i]);
    begin_progress(scanning, "Tệp", "Files", total);
    bool takes_starts = !call_given(scanning->call, "no-files");
    for (size_t i = 0; takes_starts && i < scanning->starts.count && !stopped; i++)
        if (is_new_start(scanning, i) && file_exists(start_path(scanning, i)))
            job_add(scanning->job, start_path(scanning, i));
    for (size_t i = 0; i < count && !stopped; i++)
        job_add(scanning->job, paths[i]);
    job_finish(scanning->job);
    progress_end(&scanning->progress);
}

static errcode
scan_all(struct scanning *scanning, struct err *err)
{
    const struct call *call = scanning->call;
    const char *paths[PATHS_MAX];
    cleanup(cleanup_free) struct scan_places *places = mem_calloc(1, sizeof *places);
    size_t count = 0;
    bool is_full = call_given(call, "full");
    for (; count < call->word_count; count++) {
        errcode code = scan_whole_path(call->words[count], &scanning->words[count], err);
        if (code != OK)
            return code;
        paths[count] = scanning->words[count];
    }
    scanning->about.scope = count > 0 ? "paths" : is_full ? "full" : "quick";
    if (count == 0 && !call_given(call, "no-files"))
        (is_full ? scan_full_places : scan_quick_places)(places);
    for (size_t i = 0; i < places->count; i++)
        paths[count++] = places->paths[i];
    scanning->power = scan_power_of(call, scanning->language, &stopped);
    scan_power_wait(&scanning->power);
    if (call->word_count == 0 && !call_given(call, "no-checks") && !stopped)
        run_checks(scanning, false);
    scanning->job = job_new(&scanning->options);
    scan_processes(scanning);
    scan_files(scanning, paths, count);
    job_free(take(scanning->job));
    return OK;
}

/* ---- what is told ---- */

static void
to_syslog(void *context, bool is_finding, const char *text)
{
    (void)context;
    scan_log_line(is_finding, text);
}

void
scanning_write_text(struct scanning *scanning, struct buf *out)
{
    report_write_text(scanning->report, &scanning->about, scanning->language, out);
}

errcode
scanning_write_html(struct scanning *scanning, const char *path, struct err *err)
{
    struct buf out = BUF(OUTPUT_MAX);
    report_write_html(scanning->report, &scanning->about, scanning->language, &out);
    errcode code = buf_check(&out, "the report", err);
    if (code == OK)
        code = file_replace(path, buf_view(&out), err);
    buf_clear(&out);
    return code;
}

static errcode
tell_report(struct scanning *scanning, struct err *err)
{
    const struct call *call = scanning->call;
    struct buf out = BUF(OUTPUT_MAX);
    errcode code = OK;
    if (call_option(call, "html"))
        code = scanning_write_html(scanning, call_option(call, "html"), err);
    if (call_given(call, "syslog"))
        report_each_line(scanning->report, &scanning->about,
                         call_given(call, "watch") ? scan_watch_log_end : to_syslog, NULL);
    if (call_given(call, "json"))
        report_write_json(scanning->report, &scanning->about, &out);
    else
        scanning_write_text(scanning, &out);
    return code == OK ? output_buf(&out, "the report", err) : code;
}

static errcode
write_page(void *context, struct err *err)
{
    struct scanning *scanning = context;
    const char *page = call_option(scanning->call, "html");
    scanning->about.ended = clock_now();
    return page ? scanning_write_html(scanning, page, err) : OK;
}

static errcode
go_on(struct scanning *scanning, struct err *err)
{
    const struct scan_watching watching = {.call = scanning->call,
                                           .options = scanning->options,
                                           .about = &scanning->about,
                                           .language = scanning->language,
                                           .write_page = write_page,
                                           .context = scanning};
    errcode code = scan_watch_run(&watching, err);
    scanning->about.ended = clock_now();
    return code;
}

/* ---- the command ---- */

static errcode
open_rules(struct scanning *scanning, struct err *err)
{
    static char fallback[PATH_TEXT];
    const char *path = call_option(scanning->call, "rules");
    errcode code = path ? OK : scan_default_pack(fallback, err);
    if (code == OK && !path && !file_exists(fallback))
        return err_set(err, ERR_NOT_FOUND,
                       "there are no rules at %s: `%s rules update` fetches them, --rules PACK "
                       "names others",
                       fallback, program_name);
    if (code == OK)
        code = rule_files_open_trusted(scanning->call, path ? path : fallback, true,
                                       &scanning->rules, &scanning->about.rules_origin, err);
    if (code != OK)
        return code;
    struct pack_info info = pack_info(scan_rules_pack(scanning->rules));
    hex_format(info.id, sizeof info.id, scanning->rules_id);
    scanning->about.rules = scan_rule_count(scanning->rules) + info.counts.file_hashes +
                            info.counts.section_hashes + info.counts.import_hashes;
    scanning->about.rules_version = info.version;
    scanning->about.rules_id = scanning->rules_id;
    return OK;
}

static errcode
open_cache(struct scanning *scanning, struct err *err)
{
    char folder[PATH_TEXT];
    if (call_given(scanning->call, "no-cache"))
        return OK;
    errcode code = scan_state_folder(scanning->call, folder, err);
    if (code != OK)
        return code;
    struct pack_info info = pack_info(scan_rules_pack(scanning->rules));
    return cache_open(folder, info.id, &scanning->cache, err);
}

static errcode
read_options(struct scanning *scanning, struct err *err)
{
    const struct call *call = scanning->call;
    const char *language = call_option(call, "lang");
    uint64_t threads = scan_processors();
    if (threads > CREW_THREADS_MAX)
        threads = CREW_THREADS_MAX;
    if (strcmp(language, "vi") != 0 && strcmp(language, "en") != 0)
        return err_set(err, ERR_USAGE, "--lang is vi or en, not \"%s\"", language);
    scanning->language = strcmp(language, "vi") == 0 ? REPORT_VI : REPORT_EN;
    if (call_given(call, "remove") && !call_given(call, "yes") && !console_is_asked())
        return err_set(err, ERR_USAGE, "nobody can be asked here: --remove needs --yes");
    if (call_given(call, "syslog") && !scan_has_log())
        return err_set(err, ERR_UNSUPPORTED, "there is no syslog on this system");
    if (call_given(call, "yes") && !call_given(call, "remove") && !call_given(call, "report-to"))
        return err_set(err, ERR_USAGE, "--yes goes with --remove and with --report-to");
    if (call_given(call, "root"))
        return err_set(err, ERR_USAGE, "--root goes with --schedule");
    if (call_given(call, "full") && (call_given(call, "quick") || call->word_count > 0))
        return err_set(err, ERR_USAGE, "--full goes with neither --quick nor paths");
    errcode code = call_number(call, "threads", 1, CREW_THREADS_MAX, &threads, err);
    scanning->options.threads = (unsigned)threads;
    return code;
}

errcode
scanning_open(const struct call *call, struct scanning **ret, struct err *err)
{
    struct scanning *scanning = mem_calloc(1, sizeof *scanning);
    scanning->call = call;
    scanning->report = report_new();
    scanning->about.started = clock_now();
    scanning->about.is_root = scan_is_admin();
    errcode code = read_options(scanning, err);
    if (code == OK)
        code = open_rules(scanning, err);
    if (code == OK)
        code = open_cache(scanning, err);
    scanning->options = (struct job_options){
        .rules = scanning->rules,
        .cache = scanning->cache,
        .report = scanning->report,
        .threads = scanning->options.threads,
        .reads_found = call_given(call, "remove"),
        .is_shallow = call_given(call, "shallow"),
        .takes_network = call_given(call, "network"),
        .file_seconds_max = FILE_SECONDS,
        .stop = &stopped,
        .tick = show_files,
        .context = scanning,
    };
    if (code == OK)
        *ret = scanning;
    else
        scanning_close(scanning);
    return code;
}

errcode
scanning_run(struct scanning *scanning, struct err *err)
{
    scan_catch_stop(&stopped);
    errcode code = scan_all(scanning, err);
    scanning->about.ended = clock_now();
    scanning->about.is_partial = stopped;
    scanning->about.waited = scanning->power.waited;
    struct err why;
    if (code == OK && scanning->cache && cache_save(scanning->cache, &why) != OK)
        output_aside("the next scan reads all files again: %s", why.text);
    return code;
}

errcode
scanning_remove(struct scanning *scanning, struct err *err)
{
    const struct call *call = scanning->call;
    if (call->word_count > 0 && !call_given(call, "no-checks") &&
        report_count_of(scanning->report, FINDING_MALICIOUS) > 0)
        run_checks(scanning, true);
    return scan_remove(call, scanning->report, &scanning->starts, &scanning->ends,
                       scanning->language, err);
}

struct report *
scanning_report(const struct scanning *scanning)
{
    return scanning->report;
}

void
scanning_close(struct scanning *scanning)
{
    if (!scanning)
        return;
    cache_close(scanning->cache);
    report_free(scanning->report);
    scan_rules_free(scanning->rules);
    scan_starts_clear(&scanning->starts);
    scan_starts_clear(&scanning->ends);
    for (size_t i = 0; i < scanning->call->word_count; i++)
        free(scanning->words[i]);
    for (size_t i = 0; i < scan_targets.count; i++)
        process_close(scan_targets.items[i].process);
    free(scan_targets.items);
    free(scanning);
}

static errcode
run_scan(const struct call *call, struct err *err)
{
    struct scanning *scanning = NULL;
    if (schedule_wanted(call))
        return schedule_run(call, err);
    errcode code = scanning_open(call, &scanning, err);
    if (code == OK)
        code = scanning_run(scanning, err);
    if (code == OK && call_given(call, "remove"))
        code = scanning_remove(scanning, err);
    if (code == OK && call_given(call, "watch") && !stopped)
        code = go_on(scanning, err);
    if (code == OK)
        code = tell_report(scanning, err);
    if (code == OK)
        code = scan_report_to(call, scanning->report, &scanning->about, scanning->language, err);
    scanning_close(scanning);
    return code;
}

static const struct option scan_options[] = {
    {"quick", NULL, NULL, "what starts by itself, what runs, and where files arrive (the default)",
     0},
    {"full", NULL, NULL, "all files of this computer too", 0},
    {"rules", "PACK", NULL, "judge by this pack (default: the installed one)", 0},
    OPTIONS_TRUST,
    {"remove", NULL, NULL, "put malware into quarantine, after asking for each file", 0},
    {"yes", NULL, NULL, "do not ask; files of the system are left where they are", 'y'},
    {"lang", "vi|en", "vi", "the language of the report", 0},
    OPTION_JSON,
    {"html", "FILE", NULL, "also write the report as a page", 0},
    {"syslog", NULL, NULL, "also write what is found to the system's log", 0},
    OPTIONS_REPORT_TO,
    {"shallow", NULL, NULL, "do not look into archives, documents and mail", 0},
    {"network", NULL, NULL, "also file systems of other computers", 0},
    {"no-cache", NULL, NULL, "read files again that did not change", 0},
    {"state", "FOLDER", NULL, "keep what is known of files, and the quarantine, there", 0},
    {"no-files", NULL, NULL, "leave out files", 0},
    {"no-processes", NULL, NULL, "leave out the memory of processes", 0},
    {"no-checks", NULL, NULL, "leave out what starts by itself, and connections", 0},
    {"on-battery", NULL, NULL, "do not wait for mains where nobody waits for the scan", 0},
    {"full-speed", NULL, NULL, "do not make way for other work", 0},
    {"watch", NULL, NULL, "then go on: scan files in the paths as they are written, until Ctrl-C",
     0},
    {"schedule", "WHEN", NULL, "daily, weekly: have this scan made by itself; off; status", 0},
    {"root", "FOLDER", NULL, "with --schedule: of the system that is below this folder", 0},
    {"threads", "N", NULL, "scan in N threads (default: one a processor)", 'p'},
    {0},
};
static const struct action actions[] = {
    {.name = "",
     .words = "[FILE|FOLDER…]",
     .summary = "find malware on this computer",
     .words_max = PATHS_MAX / 2,
     .needs = NEED_READ | NEED_THREADS | NEED_OUTPUT | NEED_METADATA | NEED_PROCESSES,
     .without_conf = true,
     .options = scan_options,
     .grant = scan_grant,
     .run = run_scan},
    {0},
};
static const struct example examples[] = {
    {"khien scan", "Is something wrong with this computer?"},
    {"khien scan --full --html report.html", "All files, with a page to read and to print:"},
    {"khien scan --lang en ~/Downloads", "Only a folder, told in English:"},
    {"khien scan --report-to https://chiendich.example.vn", "And let the campaign count it:"},
    {"khien scan --schedule daily --full --remove --yes", "All files each day, by itself:"},
    {"khien scan --watch --remove --yes ~/Downloads", "What arrives, at once:"},
    {NULL, NULL},
};
const struct command command_scan = {
    .name = "scan",
    .group = "Finding malware",
    .summary = "find malware in files, processes and what starts by itself",
    .details =
        "Without paths it looks at what starts by itself, at running programs and their memory, at "
        "their connections, and at files where they arrive; with `--full` at all files of this "
        "computer; with paths only at those. Archives, documents and mail are opened. Nothing is "
        "changed: it is a report.\n\n"
        "With `--remove` files in which malware was found are put into quarantine, after the "
        "programs that run from them were ended, and then what starts them by itself: lines of "
        "text files; on Windows values of the registry and shortcuts, while a service is set to "
        "start no more and a scheduled task is disabled; tasks and values that start other things "
        "too are for a person to change. khien-quarantine(1) lists all of it and gives it back. "
        "On Windows a proxy, or an extension that is forced into browsers, of a server "
        "whose address the rules know is switched off or taken away likewise; programs that run "
        "keep it "
        "until they start again. What is only "
        "suspicious stays. Tasks of Windows, files of packages and of other computers are asked "
        "for a second time.\n\n"
        "The rules must be signed with the key of `--public-key`, else with the one in `rules.pub` "
        "beside the pack, else with the one that the program was built with, if it was. Where none "
        "of these is known anybody's pack is taken, and unless `rules update` installed it the "
        "report says that nothing checked where the rules come from. A `rules.pub` that is another "
        "key than the built-in one is refused.\n\n"
        "Files that did not change, as their times tell, are not read again by the next scan with "
        "the same rules, for "
        "thirty days at most: those that had nothing are passed by, and of others the same is told "
        "again. Read again are those that could not be looked into whole, those that their name "
        "alone gives away, and with `--remove` all in which something was found. Ctrl-C ends the "
        "scan "
        "with a report of what was seen until "
        "then.\n\n"
        "What could not be looked at is counted, with its reason. Without root's rights this is "
        "much: the memory of other users' programs, and their files.\n\n"
        "With `--report-to` the result can be sent to a campaign, whose page of figures counts it "
        "as self-reported, apart from all that is measured. First the JSON that would be sent is "
        "shown, and sent only when you say yes; with `--yes` it is sent unasked, for fleets. It "
        "holds counts, families of malware (`other` where the name of a rule names no known one), "
        "versions and a random number, so that it is counted once; no name, no path, no address. "
        "The campaign's server sees the network address that it comes from, as every web server "
        "does. Instead of `--report-token` the computer works for about a second, so that nobody "
        "can send a million.\n\n"
        "A scan makes way for other work: it has low priority for the processor and for disks. One "
        "that no person started, with neither standard input nor standard error on a terminal, "
        "waits while the computer runs from its battery; the report tells for how long.\n\n"
        "With `--watch` paths are scanned, and then what is written or moved into them, half a "
        "second "
        "after the last write; each finding is told on standard error, in the system's log with "
        "`--syslog`, and in the page of `--html` at once. Ctrl-C ends it with the report. For root "
        "fanotify(7) tells of whole file systems; for others inotify(7) tells of each folder, "
        "which "
        "is less sure and bounded by `fs.inotify.max_user_watches`. When more is written than can "
        "be "
        "noted, all is scanned again. Not seen are writes by memory maps to files that stay open, "
        "changes that other computers make on file systems of the network, and file systems that "
        "are mounted later.\n\n"
        "With `--schedule` nothing is scanned now: a timer of systemd is written that makes the "
        "scan "
        "that the other options and paths describe, at noon or when the computer is next on, "
        "behind all other work. What it finds goes to the system's log and to `report.html` in the "
        "folder of `--state`. For root the timer is the system's, else the user's. `--schedule "
        "off` "
        "removes it, and `--schedule status` tells of it and of the newest result. On Windows it "
        "is a task; an administrator's runs a copy of the program, and of the rules beside it, "
        "that is put into Khien in the folder of programs, where users change nothing.\n\n"
        "Without `--state` all that is kept, the quarantine too, is in /var/lib/khien-scan for "
        "root and in .local/share/khien for others; on Windows in Khien\\State in the folder of "
        "programs when it runs as administrator, else in Khien in the user's AppData\\Local. "
        "`quarantine list` shows the one of who asks.\n\n"
        "The status is 0 whatever is found, and 1 when the scan itself failed or the report could "
        "not be sent.",
    .actions = actions,
    .examples = examples,
    .see_also = "khien-quarantine khien-rules",
};
