/* SPDX-License-Identifier: Apache-2.0 */
/* What scanners sent in: as a table, not as a chart, so that nobody takes it for one of the
 * measured figures. */
#include "base/cleanup.h"
#include "portal/charts/number.h"
#include "portal/figures/view.h"
#include "portal/html.h"

/* The data's last day is often yesterday; reports of today are there already. */
static day
last_day(const struct figures_view *view)
{
    day today = clock_today();
    return view->to == view->meta->last && today > view->to ? today : view->to;
}

static void
say(const struct figures_view *view, const struct self_report_day *sum, struct buf *out)
{
    char reports[NUMBER_TEXT], malware[NUMBER_TEXT], quarantined[NUMBER_TEXT];
    char suspicion[NUMBER_TEXT], nothing[NUMBER_TEXT], token[NUMBER_TEXT];
    char from[DAY_TEXT], to[DAY_TEXT];
    enum language language = view->language;
    buf_z(out, "<p class=\"govuk-body\">");
    html_message(
        out,
        figures_text(view, N_("{from} – {to}: {reports} reports. {malware} say that malware was "
                              "found, {quarantined} that something was put into quarantine, "
                              "{suspicion} that there was only something suspicious, {nothing} "
                              "that neither was found. {token} came from bodies with a token, the "
                              "others from anyone.")),
        (const struct html_argument[]){
            {"from", day_words(language, view->from, from)},
            {"to", day_words(language, last_day(view), to)},
            {"reports", number_text(reports, language, (double)sum->reports, 0)},
            {"malware", number_text(malware, language, (double)sum->with_malware, 0)},
            {"quarantined", number_text(quarantined, language, (double)sum->quarantined, 0)},
            {"suspicion", number_text(suspicion, language, (double)sum->with_suspicion, 0)},
            {"nothing", number_text(nothing, language, (double)sum->nothing_found, 0)},
            {"token", number_text(token, language, (double)sum->by_token, 0)},
        },
        8);
    buf_z(out, "</p>");
}

static void
put_heading(const struct figures_view *view, const char *english, struct buf *out)
{
    buf_z(out, "<th scope=\"col\" class=\"govuk-table__header\">");
    html_text(out, str_of(figures_text(view, english)));
    buf_z(out, "</th>");
}

static void
put_families(const struct figures_view *view, const struct self_report_day *sum, struct buf *out)
{
    char number[NUMBER_TEXT];
    buf_z(out, "<table class=\"govuk-table\"><caption class=\"govuk-table__caption\">");
    html_text(out, str_of(figures_text(view, N_("Reports that name a family"))));
    buf_z(out, "</caption><thead><tr class=\"govuk-table__row\">");
    put_heading(view, N_("Malware family"), out);
    put_heading(view, N_("Self-reported"), out);
    buf_z(out, "</tr></thead><tbody>");
    for (size_t i = 0; i < sum->family_count; i++) {
        str name = str_of(sum->families[i].name);
        if (str_eq(name, STR(SELF_REPORT_OTHER)))
            name = str_of(figures_text(view, N_("others, or no known family")));
        buf_z(out,
              "<tr class=\"govuk-table__row\"><th scope=\"row\" class=\"govuk-table__header\">");
        html_text(out, name);
        buf_z(out, "</th><td class=\"govuk-table__cell\">");
        html_text(out, number_text(number, view->language, (double)sum->families[i].count, 0));
        buf_z(out, "</td></tr>");
    }
    buf_z(out, "</tbody></table>");
}

void
section_self_reported(const struct figures_view *view, struct buf *out)
{
    struct intake *intake = view->visit->site->intake;
    struct self_report_day sum;
    str family = figures_view_all(view) ? (str){NULL, 0} : view->family;
    if (!intake)
        return;
    intake_sum(intake, DAY_NONE, DAY_NONE, (str){NULL, 0}, &sum);
    bool is_any = sum.reports > 0;
    self_report_day_clear(&sum);
    if (!is_any)
        return;
    intake_sum(intake, view->from, last_day(view), family, &sum);
    buf_z(out, "<p class=\"govuk-body\">");
    html_text(out,
              str_of(figures_text(
                  view, N_("Whoever scans a computer with this campaign's scanner may send in the "
                           "result. Anyone can, and nobody checks what they say; of all who do not "
                           "send it nothing is known. So this tells neither how many computers are "
                           "infected nor that one is clean, and it is added to no other figure. A "
                           "report holds no name, no path and no address."))));
    buf_z(out, "</p>");
    say(view, &sum, out);
    if (sum.family_count)
        put_families(view, &sum, out);
    self_report_day_clear(&sum);
}

struct table *
self_reported_data(const struct figures_view *view)
{
    struct intake *intake = view->visit->site->intake;
    str family = figures_view_all(view) ? (str){NULL, 0} : view->family;
    return intake ? intake_table(intake, view->from, last_day(view), family) : NULL;
}
