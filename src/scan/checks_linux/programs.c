/* SPDX-License-Identifier: Apache-2.0 */
/* Where the programs that run come from. A program whose file was replaced by an update is
 * "(deleted)" too: its path is there again, or it is a package's. */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"
#include "scan/linux/process.h"

#include <unistd.h>

static const struct check_reason memory = {
    "memory-only", "Chương trình chỉ có trong bộ nhớ, không có tệp nào trên đĩa",
    "The program is in memory alone: no file of it is on a disk"};
static const struct check_reason removed = {"removed-program",
                                            "Tệp của chương trình đã bị xóa trong khi nó đang chạy",
                                            "The program's file was removed while it runs"};

/* runc, which starts containers, runs from a sealed copy of itself. */
static bool
is_container_start(const char *path)
{
    return str_starts(str_of(path), STR("/memfd:runc_cloned:"));
}

static bool
judge(const struct look *look, const struct process_program *program, struct suspicion *ret)
{
    struct stat status;
    if (program->is_memory) {
        *ret = (struct suspicion){
            is_container_start(program->path) ? FINDING_LOOK : FINDING_SUSPICIOUS, &memory};
        return true;
    }
    if (suspect_program(str_of(program->path), ret))
        return true;
    /* What another system (a container) has is not to be found in our folders. */
    if (!program->is_deleted || !program->is_local || program->path[0] != '/' ||
        look_owner(look, program->path) == OWNERSHIP_PACKAGE ||
        look_stat(look, program->path, &status))
        return false;
    *ret = (struct suspicion){FINDING_LOOK, &removed};
    return true;
}

/* Each argument in quotes, so that it stays one word; those of a shell's -c come apart. */
static void
judge_arguments(const struct look *look, uint32_t pid)
{
    struct buf arguments, command = BUF(2 * COMMAND_BYTES);
    struct suspicion suspicion;
    char subject[PROCESS_TEXT];
    str argument;
    errcode code = process_read_file(pid, "cmdline", &arguments);
    str rest = code == OK ? buf_view(&arguments) : (str){NULL, 0};
    while (rest.n && command.n < COMMAND_BYTES && str_cut(&rest, 0, &argument)) {
        buf_char(&command, '\'');
        for (size_t i = 0; i < argument.n && command.n < COMMAND_BYTES; i++)
            buf_char(&command, argument.p[i] == '\'' ? '"' : argument.p[i]);
        buf_z(&command, "' ");
    }
    /* Where programs lie is seen by the file that runs, not by what it calls itself. */
    if (suspect_command(buf_view(&command), &suspicion) && suspicion.level >= FINDING_SUSPICIOUS &&
        strcmp(suspicion.reason->id, "temporary-folder") != 0)
        look_found(look, &(struct seen){.level = suspicion.level,
                                        .reason = suspicion.reason,
                                        .subject = process_subject(pid, subject),
                                        .pid = pid,
                                        .detail = buf_view(&command)});
    buf_clear(&command);
    buf_clear(&arguments);
}

static errcode
check_process(const struct look *look, uint32_t pid)
{
    struct process_program program;
    struct suspicion suspicion;
    char subject[PROCESS_TEXT], detail[PATH_TEXT + 16];
    errcode code = process_program_read(pid, &program);
    if (code != OK)
        return code;
    look->checking->looked++;
    if (!judge(look, &program, &suspicion)) {
        judge_arguments(look, pid);
        return OK;
    }
    snprintf(detail, sizeof detail, "%s%s", program.path, program.is_deleted ? " (deleted)" : "");
    bool has_file = !program.is_deleted && program.is_local;
    look_found(look, &(struct seen){.level = suspicion.level,
                                    .reason = suspicion.reason,
                                    .path = has_file ? program.path : NULL,
                                    .subject = process_subject(pid, subject),
                                    .pid = pid,
                                    .detail = str_of(detail)});
    if (has_file)
        look_starts(look, program.path);
    return OK;
}

static void
run(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    struct pids pids;
    size_t denied = 0;
    if (look_is_offline(&look))
        return;
    pids_read(&pids);
    for (size_t i = 0; i < pids.count; i++)
        if (pids.list[i] != (uint32_t)getpid())
            denied += check_process(&look, pids.list[i]) == ERR_DENIED;
    process_tell_denied(&look, denied);
    pids_clear(&pids);
}

const struct check check_programs = {
    .id = "programs",
    .attack = "T1620",
    .vi =
        {"Chương trình đang chạy từ nơi lạ",
         "Chương trình này chạy từ thư mục tạm, từ thư mục ẩn, hoặc tệp của nó không còn trên đĩa. "
         "Mã độc làm vậy để khó bị tìm thấy.",
         "Nếu bạn không chạy chương trình này, hãy ngắt mạng, dừng tiến trình được nêu và quét lại "
         "máy."},
    .en = {"Programs that run from strange places",
           "This program runs from a folder for temporary files or a hidden one, or its file is no "
           "longer on the disk. Malware does so to be hard to find.",
           "If you did not start it, disconnect from the network, stop the process and scan the "
           "machine again."},
    .run = run,
};
