/* SPDX-License-Identifier: Apache-2.0 */
/* The journal and the head of a copy. The first byte says what the input is: a journal as it is,
 * the records of one (kind, number, size of the payload, payload; the rest is made right), a copy
 * as it is, or the description in one. Whatever is read must be written again as the same bytes. */
#include "base/require.h"
#include "scan/quarantine/copy.h"
#include "scan/quarantine/list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RAW_JOURNAL, RECORDS, RAW_COPY, DESCRIPTION, INPUTS };

static void
check_about(const struct about *about, str bytes)
{
    struct buf again = BUF(ABOUT_BYTES);
    about_write(about, &again);
    require(str_eq(buf_view(&again), bytes));
    buf_clear(&again);
}

static void
check_record(const struct journal_record *record)
{
    struct about about;
    struct target target;
    struct buf again = BUF(JOURNAL_RECORD);
    if (record->kind == JOURNAL_TAKING && about_parse(record->payload, &about, NULL) == OK)
        check_about(&about, record->payload);
    if (record->kind == JOURNAL_RESTORING &&
        journal_target_parse(record->payload, &target, NULL) == OK)
        journal_target_write(&target, &again);
    buf_clear(&again);
}

static void
read_journal(str bytes)
{
    struct journal_reader reader;
    struct journal_record record;
    struct list list = {0};
    struct err err;
    bool more = true;
    errcode code = journal_open(bytes, &reader, &err);
    while (code == OK && more) {
        code = journal_next(&reader, &record, &more, &err);
        require(reader.at <= bytes.n);
        if (code == OK && more) {
            check_record(&record);
            code = list_apply(&list, &record, &err);
        }
    }
    for (size_t i = 0; i < list.count; i++) {
        const struct entry *entry = &list.entries[i];
        require(list_find(&list, entry->number) == entry && entry->number <= list.highest);
        require(i == 0 || entry[-1].number < entry->number);
        require(strlen(entry->about.path.p) == entry->about.path.n);
    }
    list_clear(&list);
}

/* So that the fuzzer need not find checksums. */
static void
make_journal(str input, struct buf *out)
{
    enum { HEAD = 4 };
    journal_begin(out);
    while (input.n >= HEAD) {
        const uint8_t *head = (const uint8_t *)input.p;
        size_t n = head[2] | (size_t)head[3] << 8;
        str rest = str_from(input, HEAD);
        if (n > rest.n)
            n = rest.n;
        const struct journal_record record = {
            (enum journal_kind)(1 + head[0] % (JOURNAL_KINDS - 1)), head[1], 0, {rest.p, n}};
        journal_write(&record, out->n, out);
        input = str_from(rest, n);
    }
}

static void
read_copy(str bytes)
{
    struct copy_head head;
    if (copy_head_parse(bytes, &head, NULL) != OK)
        return;
    require(head.at <= bytes.n);
    require(head.about.path.n == 0 || head.about.path.p > head.bytes.p);
    check_about(&head.about, buf_view(&head.bytes));
    buf_clear(&head.bytes);
}

static void
read_description(str bytes)
{
    struct about about;
    struct buf copy = BUF(COPY_HEAD);
    if (about_parse(bytes, &about, NULL) != OK)
        return;
    check_about(&about, bytes);
    copy_head_write(&about, 7, &copy);
    read_copy(buf_view(&copy));
    buf_clear(&copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    str input = {(const char *)data + 1, size - 1};
    struct buf journal = BUF(64 << 20);
    switch (data[0] % INPUTS) {
    case RAW_JOURNAL:
        read_journal(input);
        break;
    case RECORDS:
        make_journal(input, &journal);
        read_journal(buf_view(&journal));
        break;
    case RAW_COPY:
        read_copy(input);
        break;
    default:
        read_description(input);
    }
    buf_clear(&journal);
    return 0;
}
