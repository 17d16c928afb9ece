/* SPDX-License-Identifier: Apache-2.0 */
/* Prints what the checks find: checks_dump [ROOT [CHECK…]]. For people who try them on a system. */
#include "scan/checks/checks.h"

#include <stdio.h>

static void
print_finding(void *context, const struct finding *finding)
{
    static const char *const levels[] = {"look", "suspicious", "malicious"};
    (void)context;
    printf("%s\t%s\t%s\t%s:%zu\t%u\t%s\n", finding->check->id, levels[finding->level],
           finding->reason ? finding->reason->id : "-", finding->subject, finding->line,
           finding->pid, finding->detail);
}

static void
print_start(void *context, const struct check_start *start)
{
    (void)context;
    printf("starts\t%s\n", start->path);
}

static void
print_unseen(void *context, const struct check *check, const char *what, const struct err *why)
{
    (void)context;
    printf("unseen\t%s\t%s\t%s\n", check->id, what, why->text);
}

int
main(int argc, char **argv)
{
    struct checking checking = {.root = argc > 1 ? argv[1] : "",
                                .found = print_finding,
                                .starts = print_start,
                                .unseen = print_unseen};
    if (argc <= 2)
        checks_run(&checking);
    for (int i = 2; i < argc; i++) {
        const struct check *check = check_find(str_of(argv[i]));
        if (check)
            check->run(&checking, check);
    }
    checks_end(&checking);
    printf("looked\t%zu\n", checking.looked);
    return 0;
}
