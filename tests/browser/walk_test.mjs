#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// A citizen's whole way, in both languages, by every way there is to press a link: from the start
// page to the answer, to every kind of answer that the demonstration shows, and back.
import { portal, shut, watch } from './lib/portal.mjs';
import { none, ok, run } from './lib/tap.mjs';
import { walk, ways } from './lib/walk.mjs';

const citizen = {
    vi: ['/', [
        { press: 'Kiểm tra ngay', path: '/kiem-tra', shows: ['Việc cần làm ngay'] },
        { press: 'Có dấu hiệu mã độc trên kết nối này', path: '/kiem-tra?vi-du=recent',
            shows: ['Đây là kết quả minh hoạ, không phải về kết nối của bạn.', 'Đã thấy gì'] },
        { press: 'Kiểm tra lại', path: '/kiem-tra' },
        { press: 'English', path: '/en/check', shows: ['What to do now'] },
        { press: 'Khiên', path: '/en/', shows: ['Is your Internet connection part of a botnet?'] },
    ]],
    en: ['/en/', [
        { press: 'Check now', path: '/en/check', shows: ['What to do now'] },
        { press: 'Signs of malware on this connection', path: '/en/check?example=recent',
            shows: ['A made-up result, not about your connection.', 'What was seen'] },
        { press: 'Check again', path: '/en/check' },
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
