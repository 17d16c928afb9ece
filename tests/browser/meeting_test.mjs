#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Safe meetings as a visitor uses them: the checklist by every way there is to press, and the check
// of invitations in a real browser, with what assistive technology is told.
import { portal, shut, watch } from './lib/portal.mjs';
import { is, none, ok, run } from './lib/tap.mjs';
import { walk, ways } from './lib/walk.mjs';

const checklist = {
    vi: ['/hop-an-toan', [
        { press: 'Tôi tổ chức cuộc họp', path: '/hop-an-toan/tu-kiem-tra?role=organiser' },
        { ticks: ['Phòng họp có mật khẩu phức tạp, không dùng ở nơi nào khác'],
            press: 'Xem kết quả', path: '/hop-an-toan/tu-kiem-tra',
            shows: ['Không họp nội dung này qua phần mềm trên Internet'] },
        { press: 'Sửa câu trả lời',
            path: '/hop-an-toan/tu-kiem-tra?role=organiser&password=1' },
        { ticks: ['Cuộc họp không trình chiếu, trao đổi hay gửi bí mật nhà nước và tài liệu ' +
            'nội bộ'],
        press: 'Xem kết quả', shows: ['Còn 11 trong 13 điểm chưa đạt'] },
        { press: 'English', shows: ['11 of 13 points are open'] },
        { press: 'Safe online meetings', path: '/en/safe-meetings' },
    ]],
    en: ['/en/safe-meetings', [
        { press: 'I take part in a meeting', path: '/en/safe-meetings/checklist?role=participant' },
        { ticks: ['No state secret and no internal document is shown, spoken about or sent in ' +
            'this meeting'],
        press: 'Show the result', shows: ['8 of 9 points are open', 'To do before the meeting'] },
        { press: 'Safe online meetings', path: '/en/safe-meetings' },
        { press: 'Check an invitation', path: '/en/safe-meetings/invitation',
            shows: ['What to look for', 'An address with letters of another script'] },
    ]],
};

const texts = {
    vi: {
        path: '/hop-an-toan/loi-moi', button: 'Kiểm tra nội dung', field: 'Nội dung lời mời',
        empty: 'Chưa có nội dung.', none: 'Không phát hiện gì.',
        danger: 'Số dấu hiệu nguy hiểm: 2.', care: 'số điều cần lưu ý: 2.',
        noProof: 'Không phát hiện gì chưa chứng tỏ là an toàn',
        unc: 'Đường dẫn tới máy tính khác', without: 'Việc kiểm tra tự động cần JavaScript',
    },
    en: {
        path: '/en/safe-meetings/invitation', button: 'Check the text',
        field: "The invitation's text",
        empty: 'There is no text yet.', none: 'Nothing was found.',
        danger: 'Signs of danger: 2.', care: 'things to mind: 2.',
        noProof: 'No finding is no proof',
        unc: 'A path to another computer', without: 'The automatic check needs JavaScript',
    },
};
const HOSTILE = 'Join: \\\\evil.example\\share\nhttps://zo0m.us/j/1?pwd=abc';
const ZOOM = 'https://us02web.zoom.us/j/81234567890?pwd=abc.1\nMeeting ID: 812 3456\n' +
    'Passcode: 123456';
let site;

async function walkAll() {
    for (const { name, hand, options } of ways) {
        const page = await site.open(options);
        const watched = watch(page);
        for (const language of ['vi', 'en'])
            await walk(page, hand, `${language}, ${name}`, ...checklist[language]);
        await none(await watched.faults(site.origin), `${name}: nothing asked elsewhere or kept`);
        await shut(page);
    }
}

async function checkInvitations(language) {
    const words = texts[language];
    const page = await site.open();
    const watched = watch(page);
    const status = page.getByRole('status');
    await page.goto(words.path);
    await watched.faults(site.origin);
    const asked = []; // but the icon, which a browser may fetch late
    page.on('request', (request) => asked.push(request.url()));

    async function says(text, verdict, label) { // by keyboard: from the text to the button
        const field = page.getByLabel(words.field);
        await field.fill(text);
        await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
        const found = await status.getByText(verdict).filter({ visible: true }).waitFor()
            .then(() => true, () => false);
        await ok(found, `${language}: ${label}`, page);
    }
    const titles = () => page.locator('#findings h3').allTextContents();

    await is(await page.getByText(words.without).isVisible(), false,
        `${language}: nothing is said of JavaScript that is there`);
    await says('', words.empty, 'no text is said to be none');
    await says(HOSTILE, words.danger, 'dangers are announced');
    const found = await titles();
    await ok(found.length === 3 && found[0].startsWith(words.unc),
        `${language}: each is explained, danger first`, page);
    await is(await page.locator('#findings code').allTextContents(),
        ['\\\\evil.example\\share', 'https://zo0m.us/j/1?pwd=abc', 'https://zo0m.us/j/1?pwd=abc'],
        `${language}: and where it stands`);
    await says(HOSTILE, words.danger, 'the same is announced again');
    await says(ZOOM, words.care, 'a real invitation is no danger');
    await says(ZOOM, words.noProof, 'but no finding is no proof');
    await says('Họp lúc 9 giờ', words.none, 'a plain text has nothing');
    await is(await page.locator('#findings').isVisible(), false, `${language}: and shows nothing`);
    await is(await page.evaluate(() => document.activeElement.textContent), words.button,
        `${language}: focus stays where it was`);
    await is([asked.filter((url) => !/\/assets\/icon-[0-9a-f]+\.svg$/.test(url)), page.url()],
        [[], site.origin + words.path], `${language}: nothing was sent`);
    await shut(page);
}

// What is copied from a mail has the links behind words.
async function checkPaste() {
    const page = await site.open();
    const watched = watch(page);
    await page.goto(texts.en.path);
    await page.evaluate(() => {
        const data = new DataTransfer();
        data.setData('text/plain', 'Join here: https://zoom.us/j/1');
        data.setData('text/html', '<style>p { color: red }</style>' +
            '<p style="color: red">Join here: ' +
            '<a href="https://evil.example/j/1">https://zoom.us/j/1</a></p>' +
            '<img src="http://127.0.0.2:9/x.png" onerror="alert(1)">' +
            '<p><a href="https://zoom.us/">https://zoom.us/</a></p>');
        document.querySelector('textarea').dispatchEvent(
            new ClipboardEvent('paste', { clipboardData: data, cancelable: true }));
    });
    await is((await page.inputValue('textarea')).trim().split(/\n+/),
        ['Join here: https://zoom.us/j/1 <https://evil.example/j/1>', 'https://zoom.us/'],
        'where a pasted link leads becomes visible');
    await page.getByRole('button', { name: texts.en.button }).click();
    await page.getByRole('status').getByText('Signs of danger: 1.').waitFor();
    await is(await page.locator('#findings code').allTextContents(),
        ['https://zoom.us/j/1 → https://evil.example/j/1'], 'and is found', page);
    await none(await watched.faults(site.origin), 'what is pasted loads and runs nothing');
    await shut(page);
}

async function checkWithout() {
    for (const words of Object.values(texts)) {
        const page = await site.open({ javaScriptEnabled: false });
        await page.goto(words.path);
        await ok(await page.getByText(words.without).isVisible() &&
            await page.getByRole('heading', { name: words.unc }).isVisible() &&
            !await page.locator('textarea').isVisible(),
        `${words.path}: without JavaScript it is a list to look through, and says why`, page);
        await shut(page);
    }
}

await run(
    async () => { site = await portal(); }, walkAll,
    () => checkInvitations('vi'), () => checkInvitations('en'), checkPaste, checkWithout,
    async () => ok(await site.close() === 0, 'the server ends well'));
