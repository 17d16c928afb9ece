/* SPDX-License-Identifier: Apache-2.0 */
/* What a report says, in both languages. The words are for people who know no more of computers
 * than their use. */
#include "scan/report/inner.h"

const struct report_words report_level_titles[FINDING_LEVELS] = {
    [FINDING_LOOK] = {{"Nên xem lại", "Worth a look"}},
    [FINDING_SUSPICIOUS] = {{"Đáng ngờ", "Suspicious"}},
    [FINDING_MALICIOUS] = {{"Mã độc", "Malware"}},
};
const struct report_words report_level_advice[FINDING_LEVELS] = {
    [FINDING_LOOK] = {{"Nếu chính bạn hoặc người quản trị máy đã thiết lập, có thể bỏ qua.",
                       "If you or your administrator set this up, there is nothing to do."}},
    [FINDING_SUSPICIOUS] =
        {{"Phần mềm độc hại thường làm như vậy. Hãy hỏi người quản trị máy trước "
          "khi xóa.",
          "Malware often does this. Ask your administrator before you remove "
          "it."}},
    [FINDING_MALICIOUS] =
        {{"Trùng với mẫu mã độc đã biết. Chạy lại với --remove để cách ly; có thể "
          "khôi phục sau đó.",
          "It is what is known as malware. Run again with --remove to put it into "
          "quarantine; that can be undone."}},
};
const struct report_words report_skip_words[SKIP_REASONS] = {
    [SKIP_UNREADABLE] = {{"không đọc được", "could not be read"}},
    [SKIP_CHANGED] = {{"thay đổi trong khi quét", "changed while they were read"}},
    [SKIP_TIME] = {{"quét quá lâu nên bỏ dở", "took too long"}},
    [SKIP_FOLDER] = {{"thư mục hệ thống ảo hoặc ổ mạng", "folders of the system or the network"}},
    [SKIP_PROCESS] = {{"tiến trình không được phép đọc", "processes that may not be read"}},
    [SKIP_CHECK] = {{"mục kiểm tra không được phép xem", "things that a check may not see"}},
    [SKIP_ENCRYPTED] = {{"có mật khẩu nên không mở được", "need a password"}},
    [SKIP_DAMAGED] = {{"tệp nén hoặc tài liệu hỏng", "archives or documents that are damaged"}},
    [SKIP_UNKNOWN] = {{"định dạng chưa mở được", "of a format that is not opened"}},
    [SKIP_CAPPED] = {{"vượt giới hạn giải nén", "beyond the limits of unpacking"}},
};
const char *const report_deed_names[DEED_KINDS] = {
    [DEED_PROCESS] = "process", [DEED_LINE] = "line",       [DEED_FILE] = "file",
    [DEED_VALUE] = "value",     [DEED_SETTING] = "setting", [DEED_TASK] = "task",
};
static const struct report_words deeds[DEED_KINDS] = {
    [DEED_PROCESS] = {{"đã dừng chương trình chạy từ tệp này, số",
                       "it ran this file and was ended, number"}},
    [DEED_LINE] = {{"đã cách ly dòng tự chạy tệp này, số",
                    "the line that started it is in quarantine, number"}},
    [DEED_FILE] = {{"đã cách ly tệp tự chạy tệp này, số",
                    "the file that started it is in quarantine, number"}},
    [DEED_VALUE] = {{"đã cách ly giá trị Registry tự chạy tệp này, số",
                     "the value of the registry that started it is in quarantine, number"}},
    [DEED_SETTING] =
        {{"đã đặt lại giá trị Registry để tệp này không tự chạy nữa, giá trị cũ được giữ ở số",
          "the registry was set so that it starts no more; the old value is in quarantine, "
          "number"}},
    [DEED_TASK] =
        {{"đã tắt tác vụ hẹn giờ tự chạy tệp này, mô tả của nó được giữ ở số",
          "the scheduled task that started it is disabled; its description is in quarantine, "
          "number"}},
};

const char *
report_deed_words(enum report_deed_kind kind, enum report_language language)
{
    return deeds[kind].in[language];
}

const struct report_words report_phrases[PHRASES] = {
    [PHRASE_TITLE] = {{"Kết quả quét mã độc", "Result of the malware scan"}},
    [PHRASE_PARTIAL] = {{"Quét bị dừng giữa chừng: kết quả chỉ cho phần đã quét.",
                         "The scan was stopped: this is of what was looked at until then."}},
    [PHRASE_CLEAN] = {{"Không phát hiện mã độc.", "No malware was found."}},
    [PHRASE_CLEAN_MEANS] =
        {{"Nghĩa là không có gì trùng với các mẫu đang có; không bảo đảm máy hoàn "
          "toàn sạch.",
          "Nothing here is what the rules know; that is no proof that the "
          "computer is clean."}},
    [PHRASE_FOUND] = {{"Số mục phát hiện", "Findings"}},
    [PHRASE_NOT_ROOT] =
        {{"Quét không có quyền quản trị: phần của người dùng khác và của hệ thống có "
          "thể chưa được xem.",
          "Without an administrator's rights, things of other users and of the "
          "system may not have been seen."}},
    [PHRASE_LOOKED_AT] = {{"Đã kiểm tra", "Looked at"}},
    [PHRASE_FILES] = {{"tệp", "files"}},
    [PHRASE_UNCHANGED] = {{"không đổi từ lần quét trước", "unchanged since the last scan"}},
    [PHRASE_MEMBERS] = {{"mục bên trong tệp nén và tài liệu",
                         "things inside archives and documents"}},
    [PHRASE_PROCESSES] = {{"tiến trình đang chạy", "running processes"}},
    [PHRASE_CHECKS] = {{"nơi phần mềm tự khởi động và kết nối mạng",
                        "places where programs start by themselves, and connections"}},
    [PHRASE_RULES] = {{"Bộ mẫu", "Rules"}},
    [PHRASE_NO_PACK] = {{"từ các tệp luật, không có phiên bản", "from files, without a version"}},
    [PHRASE_TIME] = {{"Thời gian", "Time"}},
    [PHRASE_WAITED] = {{"trong đó chờ vì máy chạy bằng pin", "of that, waiting for mains"}},
    [PHRASE_SKIPPED] = {{"Chưa kiểm tra được", "Not looked at"}},
    [PHRASE_INSIDE] = {{"bên trong", "inside"}},
    [PHRASE_MATCHES_RULE] = {{"trùng với mẫu", "matches"}},
    [PHRASE_TAKEN] = {{"đã cách ly, số", "in quarantine, number"}},
    [PHRASE_NOT_TAKEN] = {{"chưa cách ly được", "was not put into quarantine"}},
    [PHRASE_NOT_DONE] = {{"chưa làm được", "was not done"}},
    [PHRASE_ALL_TAKEN] =
        {{"Đã cách ly nên không mở lại được nữa. Nếu nhầm, có thể khôi phục. Nên khởi động lại "
          "máy, rồi quét lại một lần nữa.",
          "It is in quarantine and cannot be started any more. That can be undone. Restart the "
          "computer, then scan once more."}},
    [PHRASE_WHAT_TO_DO] = {{"Nên làm gì", "What to do"}},
    [PHRASE_MEANING] = {{"Nghĩa là gì", "What it means"}},
    [PHRASE_NOTHING_CHANGED] = {{"Chương trình chỉ báo cáo, chưa thay đổi gì trên máy.",
                                 "This is a report only: nothing on the computer was changed."}},
    [PHRASE_MORE] = {{"mục khác không hiện ở đây (--json ghi tất cả)",
                      "more are not shown here (--json has all)"}},
    [PHRASE_SECONDS] = {{"giây", "s"}},
    [PHRASE_UNCHECKED] =
        {{"Nguồn gốc bộ mẫu chưa được kiểm tra: chương trình không có khóa công khai của nơi phát "
          "hành để đối chiếu chữ ký. Chỉ nên tin kết quả nếu bạn lấy bộ mẫu từ nơi tin cậy.",
          "Where the rules come from was not checked: the program has no public key of those who "
          "publish them. Trust the result only if you got the rules from a place that you "
          "trust."}},
};
