/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/khien_scan/guide.h"

const struct guide_words guide_words[GUIDE_PHRASES] = {
    [GUIDE_HELLO] =
        {{"KHIÊN - tìm và gỡ mã độc trên máy này\n"
          "Chương trình chỉ xem và báo cáo. Không có gì bị xóa hay gửi đi nếu bạn không "
          "đồng ý.\n",
          "KHIÊN - find malware on this computer, and remove it\n"
          "It looks and reports. Nothing is removed or sent unless you say so.\n"}},
    [GUIDE_NO_RULES] =
        {{"Chưa có bộ luật nhận diện mã độc nên chưa quét được. Cách lấy:\n"
          "  1. Mở trang của chiến dịch, mục Công cụ, tải tệp rules.pack.\n"
          "  2. Đặt tệp đó cạnh chương trình này: %1\n"
          "     (máy không có mạng: chép bằng USB)\n"
          "  3. Mở lại chương trình.\n"
          "Cách khác, khi chương trình có sẵn khóa công khai, hoặc khóa rules.pub nằm cạnh bộ luật "
          "đang cài:\n"
          "  khien-scan rules update --from https://TRANG_CHIẾN_DỊCH/rules\n"
          "  bộ luật được cài vào %2\n",
          "There are no rules yet by which malware is known, so nothing can be scanned. To get "
          "them:\n"
          "  1. Open the page of the campaign, Tools, and download the file rules.pack.\n"
          "  2. Put it beside this program: %1\n"
          "     (a computer without a network: bring it by USB)\n"
          "  3. Open the program again.\n"
          "Or, when a public key is built into the program, or rules.pub lies beside the installed "
          "rules:\n"
          "  khien-scan rules update --from https://CAMPAIGN/rules\n"
          "  they are installed as %2\n"}},
    [GUIDE_NO_RULES_SHORT] = {{"chưa có bộ luật", "there are no rules yet"}},
    [GUIDE_RULES] = {{"Bộ luật: %1\n", "Rules: %1\n"}},
    [GUIDE_MENU] =
        {{"\n"
          "  1  Quét nhanh: phần mềm tự khởi động, chương trình đang chạy và kết nối của "
          "chúng,\n"
          "     nơi tệp tải về\n"
          "  2  Quét toàn bộ máy: mọi tệp (có thể mất nhiều giờ)\n"
          "  3  Quét một thư mục hoặc tệp do bạn chọn\n"
          "  0  Thoát\n"
          "Gõ số rồi nhấn Enter (chỉ nhấn Enter: quét nhanh): ",
          "\n"
          "  1  Quick scan: what starts by itself, programs that run and their "
          "connections,\n"
          "     where downloads arrive\n"
          "  2  All of this computer: every file (it may take hours)\n"
          "  3  A folder or file of your choice\n"
          "  0  Leave\n"
          "Type a number, then Enter (Enter alone: quick scan): "}},
    [GUIDE_BYE] = {{"Không quét gì.\n", "Nothing was scanned.\n"}},
    [GUIDE_FOLDER] = {{"Gõ đường dẫn, hoặc kéo thả thư mục vào cửa sổ này, rồi nhấn Enter: ",
                       "Type its path, or drop the folder on this window, then Enter: "}},
    [GUIDE_NO_FOLDER] = {{"không có thư mục hay tệp này", "there is no folder or file"}},
    [GUIDE_BEGINS] = {{"Đang quét. Máy vẫn dùng được bình thường; nhấn Ctrl-C để dừng và xem kết "
                       "quả đến lúc đó.\n",
                       "Scanning. The computer can be used meanwhile; Ctrl-C stops it and tells "
                       "what was found until then.\n"}},
    [GUIDE_REMOVE] =
        {{"\nCó %1 mục là mã độc. Có thể cách ly: chương trình đang chạy từ tệp đó bị dừng, tệp "
          "và những gì tự khởi động nó được cất đi nơi không chạy được. Những gì đã cất lấy "
          "lại được nếu nhầm.\n"
          "Gõ dong y rồi nhấn Enter để cách ly (chỉ nhấn Enter: để nguyên): ",
          "\n%1 findings are malware. They can be put into quarantine: programs that run from "
          "these files are ended, the files and what starts them are kept where they cannot run. "
          "What is kept can be given back.\n"
          "Type quarantine, then Enter, to do so (Enter alone: leave them): "}},
    [GUIDE_REMOVE_WORD] = {{"dong y", "quarantine"}},
    [GUIDE_KEPT] = {{"Không cách ly gì.\n", "Nothing was put into quarantine.\n"}},
    [GUIDE_TAKEN] = {{"  đã cách ly, số %1: %2\n", "  in quarantine, number %1: %2\n"}},
    [GUIDE_REFUSED] = {{"  chưa cách ly: %1: %2\n", "  not in quarantine: %1: %2\n"}},
    [GUIDE_UNDO] = {{"Lấy lại khi nhầm: khien-scan quarantine restore SỐ\n"
                     "Nên khởi động lại máy, rồi quét lại một lần nữa.\n",
                     "To give one back: khien-scan quarantine restore NUMBER\n"
                     "Restart the computer, then scan once more.\n"}},
    [GUIDE_UNDO_ADMIN] = {{"Lệnh quarantine cũng cần quyền quản trị như lần quét vừa rồi.\n",
                           "That command needs the administrator's rights that this scan had.\n"}},
    [GUIDE_SAVE] = {{"\nLưu kết quả thành một trang để đọc và in? (c/k): ",
                     "\nSave the result as a page to read and print? (y/n): "}},
    [GUIDE_SAVED] = {{"Đã lưu: %1\n", "Saved: %1\n"}},
    [GUIDE_WAIT] = {{"\nNhấn Enter để đóng.", "\nPress Enter to close."}},
};
