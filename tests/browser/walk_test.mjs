#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// A citizen's whole way, in both languages, by every way there is to press a link: from the start
// page to the answer, on to the tools, to what can be shared, and to the figures.
import { portal, shut, watch } from './lib/portal.mjs';
import { none, ok, run } from './lib/tap.mjs';
import { walk, ways } from './lib/walk.mjs';

const citizen = {
    vi: ['/', [
        { press: 'Tham gia ngay', path: '/kiem-tra', shows: ['Việc cần làm ngay'] },
        { press: 'Có dấu hiệu mã độc trên kết nối này', path: '/kiem-tra?vi-du=recent',
            shows: ['Đây là kết quả minh hoạ, không phải về kết nối của bạn.', 'Đã thấy gì'] },
        { press: 'Kiểm tra lại', path: '/kiem-tra' },
        { press: 'Khiên', path: '/', shows: ['Còn cách mục tiêu bao xa?'] },
        { press: 'Chọn công cụ', path: '/cong-cu', shows: ['Tôi đã có phần mềm diệt mã độc'] },
        { press: 'Khiên', path: '/' },
        { press: 'Lời mời, áp phích và mã QR', path: '/chia-se' },
        { press: 'Khiên', path: '/' },
        { press: 'Toàn bộ số liệu từng ngày', path: '/so-lieu',
            shows: ['Cách đọc các số liệu này'] },
        { press: 'Khiên', path: '/' },
        { press: 'Kiểm tra ngay', path: '/kiem-tra' },
        { press: 'English', path: '/en/check', shows: ['What to do now'] },
        { press: 'Khiên', path: '/en/', shows: ['Is your Internet connection part of a botnet?'] },
    ]],
    en: ['/en/', [
        { press: 'Take part now', path: '/en/check', shows: ['What to do now'] },
        { press: 'Signs of malware on this connection', path: '/en/check?example=recent',
            shows: ['A made-up result, not about your connection.', 'What was seen'] },
        { press: 'Check again', path: '/en/check' },
        { press: 'Khiên', path: '/en/', shows: ['How far is the target?'] },
        { press: 'Choose a tool', path: '/en/tools',
            shows: ['I already have anti-virus software'] },
        { press: 'Khiên', path: '/en/' },
        { press: 'Texts, poster and QR code', path: '/en/share' },
        { press: 'Khiên', path: '/en/' },
        { press: 'All figures, day by day', path: '/en/figures',
            shows: ['How to read these figures'] },
        { press: 'Khiên', path: '/en/' },
        { press: 'Check now', path: '/en/check' },
        { press: 'Tiếng Việt', path: '/kiem-tra', shows: ['Việc cần làm ngay'] },
        { press: 'Khiên', path: '/' },
    ]],
};
let site;

async function walkAll() {
    for (const { name, hand, options } of ways) {
        const page = await site.open(options);
        const watched = watch(page);
        for (const language of ['vi', 'en'])
            await walk(page, hand, `${language}, ${name}`, ...citizen[language]);
        await none(await watched.faults(site.origin), `${name}: nothing asked elsewhere or kept`);
        await shut(page);
    }
}

await run(
    async () => { site = await portal(); }, walkAll,
    async () => ok(await site.close() === 0, 'the server ends well'));
