#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// What the check of invitations (src/portal/assets/meeting.js) finds, without a browser: each
// invitation of invitations.in, and that no text makes it slow. The clean ones are worded as the
// services word theirs, with made-up numbers: of those it may say no more than that they hold a
// passcode.
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { is, none, ok, run } from './lib/tap.mjs';

// Domains of a campaign of 2019 against a meeting service's users, as published.
const campaign = ['join-webex.com', 'meeting-webex.com', 'api-webex.com', 'webex-online.com',
    'securewebex.net', 'webexbilling.com', 'signin-webex.com', 'webexsso-arris.com',
    'cloud-webexsso-oracle.com', 'aon-webex.com', 'login-webex.com', 'help-webex-cisco.com',
    'myaccount-webex-cisco.com', 'signin-aecom-webex.com'];

// Blocks: "=== clean: NAME" or "=== hostile: NAME", "--- RULE…", then the text.
function invitations() {
    return readFileSync('tests/browser/invitations.in', 'utf8').split(/^=== /m).slice(1)
        .map((block) => {
            const [, kind, name, want, text] = /^(\w+): (.*)\n---(.*)\n([^]*)\n$/.exec(block);
            return { kind, name, want: want.trim().split(' ').filter(Boolean), text };
        });
}

const camel = (kind) => kind.replace(/-(.)/g, (all, letter) => letter.toUpperCase());

function rows(name) {
    return readFileSync(`data/${name}`, 'utf8').split('\n')
        .filter((line) => line && !line.startsWith('#')).map((line) => line.split('\t'));
}

// As the page hands them to the script.
function readRules() {
    const rules = { brand: [] };
    const add = (kind, word) => (rules[camel(kind)] ??= []).push(word);
    rows('meeting-rules.tsv').forEach(([kind, word]) => add(kind, word));
    for (const [, domain, kind, , brand] of rows('meeting-domains.tsv')) {
        add(kind, domain);
        if (brand !== '-' && !rules.brand.includes(brand))
            add('brand', brand);
    }
    return rules;
}

function ruleNames() { // as the program lists them
    const source = readFileSync('src/portal/meeting_words.c', 'utf8');
    return [...source.matchAll(/^    \{"([\w-]+)", (?:true|false),/gm)].map(([, name]) => name)
        .sort();
}

const world = { URL };
runInNewContext(readFileSync('src/portal/assets/meeting.js', 'utf8'), world);
const rules = readRules();

function found(text) {
    return world.khienMeeting.analyse(text, rules).map(({ rule }) => rule).sort();
}

async function checkTable() {
    const all = invitations();
    for (const { kind, name, want, text } of all)
        await is(found(text), want, `${kind === 'clean' ? 'no false alarm:' : 'finds'} ${name}`);
    const harmless = ['passcode-link', 'together'];
    const clean = all.filter(({ kind }) => kind === 'clean');
    await ok(clean.length > 10 && clean.every(({ want }) =>
        want.every((rule) => harmless.includes(rule))), 'the clean ones are');
    await is([...new Set(all.flatMap(({ want }) => want))].sort(), ruleNames(),
        'each rule of the page has an invitation that breaks it, and there are no others');
}

async function checkDomains() {
    const missed = campaign.filter((domain) =>
        !found(`https://${domain}/`).some((rule) => rule === 'lookalike' || rule === 'brand'));
    await none(missed, 'a real campaign: every domain is found');
    const official = [...rules.meeting, ...rules.owner]
        .flatMap((domain) => [domain, `www.${domain}`, `vn.sub.${domain}`])
        .filter((host) => found(`https://${host}/`).length);
    await none(official, 'official domains and what is below them are not');
}

async function checkEvidence() {
    const { analyse } = world.khienMeeting;
    const [{ evidence }] = analyse('http://a.example/ http://b.example/, x', rules);
    await is(evidence, ['http://a.example/', 'http://b.example/'], 'it says where');
    const long = `http://a.example/${'x'.repeat(500)}`;
    await ok(analyse(long, rules)[0].evidence[0].length === 120, 'in short');
    await is(found(''), [], 'an empty text');
    await is(found('https://% https://[ https:// www..'), [], 'broken links');
}

// No clock: a pattern that backtracks would take minutes here, and the run's limit ends it.
async function checkSpeed() {
    const texts = ['a'.repeat(50000), 'a.'.repeat(25000), '\\\\'.repeat(25000), '<a '.repeat(16000),
        '[a]('.repeat(12000), 'a-'.repeat(25000), '::::'.repeat(12000), 'http://'.repeat(7000),
        'x<https:'.repeat(6000), ' '.repeat(50000), 'pin:'.repeat(12000), '\u202e'.repeat(50000)];
    for (const text of texts)
        await ok(found(text).length < 99, `long and odd: ${JSON.stringify(text.slice(0, 8))}`);
    await is(found(`${' '.repeat(60000)}http://a.example/`), [], 'past the limit nothing is read');
}

async function checkSize() {
    const bytes = gzipSync(readFileSync('src/portal/assets/meeting.js'), { level: 9 }).length;
    await none(bytes <= 8192 ? [] : [`${bytes} bytes`], 'the script is sent in at most 8 KiB');
}

await run(checkTable, checkDomains, checkEvidence, checkSpeed, checkSize);
