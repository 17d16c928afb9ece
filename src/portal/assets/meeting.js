// SPDX-License-Identifier: Apache-2.0
// Looks through an invitation to a meeting, in the visitor's browser: nothing is sent. analyse() is
// logic over words that the page brings (data-* of the form, from data/meeting-*.tsv); the rest
// shows, for each rule that was met, the page's own text about it.
(() => {
    'use strict';
    const MAX = 50000, EVIDENCE = 5;
    const LABEL = '[\\p{L}\\p{N}_-]{1,63}';
    const HOST = `(?:${LABEL}\\.){1,9}\\p{L}[\\p{L}\\p{N}-]{1,62}`;
    const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202d\u2060-\u2069\ufeff]/g;

    function plainText(text) {
        let out = text.slice(0, MAX).replace(INVISIBLE, '');
        if (/^BEGIN:VCALENDAR/m.test(out)) // RFC 5545, 3.1 and 3.3.11
            out = out.replace(/\r?\n[ \t]/g, '')
                .replace(/\\([\\;,nN])/g, (all, c) => c === 'n' || c === 'N' ? '\n' : c);
        return out.replace(/&amp;/g, '&').replace(/\sxmlns(:\w+)?="[^"]*"/g, '');
    }

    function parse(text) {
        try {
            const url = new URL(/^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`);
            return { url, text, host: url.hostname.replace(/\.$/, '') };
        } catch {
            return null;
        }
    }

    const below = (host, domains) =>
        domains.find((domain) => host === domain || host.endsWith(`.${domain}`));

    // What a mail filter wrapped is judged for itself.
    function unwrap(link, rules) {
        for (let i = 0; i < 3 && link && below(link.host, rules.wrapper); i++) {
            const { searchParams, pathname, search } = link.url;
            const inner = searchParams.get('url') || searchParams.get('q') ||
                (searchParams.get('u') || '').replace(/-/g, '%').replace(/_/g, '/') ||
                (/__(https?:.+?)__/.exec(pathname + search) || [])[1];
            let next = null;
            try {
                next = inner && parse(decodeURIComponent(inner));
            } catch { /* then the wrapper is all there is */ }
            if (!next)
                break;
            link = next;
        }
        return link;
    }

    function punycode(label) { // RFC 3492, 6.2
        const [, head, tail] = /^xn--(?:(.*)-)?([^-]*)$/.exec(label) || [];
        if (tail === undefined)
            return label;
        const out = [...head || ''];
        let n = 128, i = 0, bias = 72, old = 0, w = 1, k = 36;
        for (const c of tail) {
            const digit = /\d/.test(c) ? c.charCodeAt(0) - 22 : c.charCodeAt(0) - 97;
            const t = Math.min(26, Math.max(1, k - bias));
            i += digit * w;
            if (digit >= t) {
                w *= 36 - t;
                k += 36;
                continue;
            }
            let delta = Math.floor((i - old) / (old ? 2 : 700));
            const size = out.length + 1;
            delta += Math.floor(delta / size);
            for (bias = 0; delta > 455; bias += 36)
                delta = Math.floor(delta / 35);
            bias += Math.floor(36 * delta / (delta + 38));
            n += Math.floor(i / size);
            i %= size;
            if (n > 0x10ffff)
                return label;
            out.splice(i, 0, String.fromCodePoint(n));
            old = ++i;
            w = 1;
            k = 36;
        }
        return out.join('');
    }

    function skeleton(text, rules) { // as a hurried eye reads it
        let out = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
        for (const pair of rules.confusable) {
            const [from, to] = pair.split('=');
            out = out.split(from).join(to);
        }
        return out;
    }

    // Letters put in, left out, replaced or swapped (optimal string alignment).
    function distance(a, b, replace) {
        const d = [...Array(a.length + 1)].map((_, i) => [i]);
        for (let j = 0; j <= b.length; j++)
            d[0][j] = j;
        for (let i = 1; i <= a.length; i++)
            for (let j = 1; j <= b.length; j++) {
                d[i][j] = Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1,
                    d[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : replace));
                if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
            }
        return d[a.length][b.length];
    }

    function registrable(labels, rules) { // the name that its owner chose
        const short = labels.length > 2 && labels[labels.length - 1].length === 2 &&
            rules.suffix.includes(labels[labels.length - 2]);
        return Math.max(0, labels.length - (short ? 3 : 2));
    }

    const once = (text) => text.replace(/(.)\1+/g, '$1');

    // A host that is none of the known ones: "lookalike", "brand" (bears a known name) or nothing.
    function resembles(host, rules) {
        const labels = host.split('.').map((label) => skeleton(punycode(label), rules));
        const at = registrable(labels, rules), own = labels[at], flat = own.replace(/-/g, '');
        const all = [...rules.meeting, ...rules.owner];
        if (below(labels.join('.'), all))
            return 'lookalike';
        for (const domain of all) {
            const parts = domain.split('.'), name = parts[registrable(parts, rules)];
            const long = name.length, swap = long < 6 ? 2 : 1;
            if (`.${host}`.includes(`.${domain}.`) || `.${host}`.includes(`.${domain}-`) ||
                flat === parts.join('') || parts.length > 2 && flat === parts.slice(0, -1).join(''))
                return 'lookalike';
            if (own !== name && (long > 4 && distance(own, name, swap) <= (long > 8 ? 2 : 1) ||
                long === 4 && rules.brand.includes(name) &&
                (once(own) === once(name) || own.length === 4 && distance(own, name, 2) === 1)))
                return 'lookalike';
        }
        if (own.split('-').some((part) => rules.brand.includes(part)) && own.includes('-'))
            return 'lookalike';
        return labels.some((label, i) => rules.brand.some((brand) => i === at
            ? label.includes(brand) : i < at && label.split('-').includes(brand))) ? 'brand' : '';
    }

    function judgeLink(link, rules, met) {
        const { url, host, text } = link;
        const meeting = below(host, rules.meeting);
        const known = meeting || below(host, rules.owner) || below(host, rules.wrapper);
        if (url.protocol === 'http:')
            met('http', text);
        if (url.protocol !== 'http:' && url.protocol !== 'https:')
            return meeting;
        if (url.username)
            met('lookalike', text);
        if (/^[\d.]+$|^\[/.test(host)) {
            met('address', text);
        } else if (below(host, rules.shortener)) {
            met('shortener', text);
        } else if (!known) {
            const rule = resembles(host, rules);
            if (rule)
                met(rule, text);
            else if (/(^|\.)xn--/.test(host))
                met('punycode', text);
        }
        for (const [name, value] of url.searchParams) {
            const lower = name.toLowerCase();
            if (value && (rules.passcodeParameter.includes(lower) ||
                meeting && rules.meetingPasscodeParameter.includes(lower)))
                met('passcode-link', text);
            const inner = /^(https?:)?[/\\]{2}/i.test(value) && parse(value.replace(/^[/\\]+/, ''));
            if (inner && !below(inner.host, [host]) && !below(host, [inner.host]))
                met('redirect', text);
        }
        return meeting;
    }

    function judgeShown(shown, target, rules, met) {
        const text = shown.replace(/<[^>]*>/g, '').trim().replace(/^[[(<]+/, '');
        const [, host] = new RegExp(`^(?:https?://)?(?:www\\.)?(${HOST})(?=[/:?#\\]]|$)`, 'iu')
            .exec(text) || [];
        const link = host && parse(host), to = unwrap(parse(target), rules);
        if (!link || !to || !/:\/\/|^www\.|\//.test(text) && !below(link.host, rules.meeting))
            return;
        const other = to.host.replace(/^www\./, '');
        if (!below(other, [link.host]) && !below(link.host, [other]))
            met('mismatch', `${text} → ${target}`);
    }

    function analyse(input, rules) {
        const found = new Map();
        const met = (rule, evidence) => {
            const list = found.get(rule) || found.set(rule, []).get(rule);
            const short = evidence.length > 120 ? `${evidence.slice(0, 119)}…` : evidence;
            if (list.length < EVIDENCE && !list.includes(short))
                list.push(short);
        };
        const text = plainText(input);
        const each = (pattern, flags, use) => {
            for (const match of text.matchAll(new RegExp(pattern, `g${flags}`)))
                use(match);
        };
        each('.{0,40}\\u202e.{0,40}', 'u', ([all]) => met('hidden', all));
        each(`\\\\\\\\${LABEL}[\\p{L}\\p{N}.@_-]{0,200}\\\\[^\\s"<>]*`, 'u',
            ([all]) => met('unc', all));
        each('\\b(?:file|smb):/{2,}[^\\s"<>]+', 'iu', ([all]) => met('unc', all));
        each(`\\b(?:${rules.scheme.join('|')})[^\\s"<>]+`, 'iu', ([all]) => met('scheme', all));
        each(`[\\p{L}\\p{N}_()-][\\p{L}\\p{N}_().-]{0,200}\\.(?:${rules.executable.join('|')})` +
            '(?![\\p{L}\\p{N}_-])', 'iu', ([all]) => met('executable', all));
        each('<a\\b[^>]{0,2000}?\\bhref\\s*=\\s*["\']?([^"\'\\s>]+)[^>]*>([^]{0,2000}?)</a>', 'i',
            ([, target, shown]) => judgeShown(shown, target, rules, met));
        each('\\[([^\\]\\n]{1,500})\\]\\(([^\\s)]{1,2000})\\)', '',
            ([, shown, target]) => judgeShown(shown, target, rules, met));
        each('([^\\s<>]{1,500})\\s?<(https?:[^>\\s]{1,2000})>', 'i',
            ([, shown, target]) => judgeShown(shown, target, rules, met));
        let meeting = false;
        each(`https?:[^\\s<>"'\`|^{}]+|(?<![\\p{L}\\p{N}@/.:_-])(?:www\\.${HOST}|${HOST}(?=/))` +
            `[^\\s<>"'\`|^{}]*`, 'iu', ([all]) => {
            const link = unwrap(parse(all.replace(/[.,;:!?)\]»”’…]+$/, '')), rules);
            if (link && judgeLink(link, rules, met))
                meeting = true;
        });
        const word = (words) => new RegExp(`(?<!\\p{L})(?:${words.join('|')})` +
            '\\s*(?:\\([^)\\n]*\\))?\\s*[:：=]\\s*[^\\s<]+', 'iu').exec(text);
        const passcode = word(rules.passcodeWord);
        if (passcode && (meeting || word(rules.idWord)))
            met('together', passcode[0]);
        return [...found].map(([rule, evidence]) => ({ rule, evidence }));
    }

    // A link in what is pasted shows where it leads. The parsed page loads and runs nothing.
    function linksShown(html) {
        const inline = /<style[^]*?<\/style>|\s(style|on\w+)\s*=\s*("[^"]*"|'[^']*'|[^\s>]*)/gi;
        const parsed = new DOMParser().parseFromString(html.replace(inline, ''), 'text/html');
        for (const link of parsed.querySelectorAll('a[href]')) {
            const target = link.getAttribute('href'), shown = link.textContent.trim();
            if (target !== shown && target[0] !== '#')
                link.textContent = `${shown} <${target}>`;
        }
        for (const end of parsed.querySelectorAll('br, p, div, li, tr'))
            end.append('\n');
        return parsed.body.textContent;
    }

    function start(form) {
        const rules = {}, text = form.querySelector('textarea');
        const byId = (id) => document.getElementById(id);
        const findings = byId('findings'), list = byId('findings-list');
        const verdicts = [...form.querySelectorAll('[data-verdict]')];
        const known = [...document.querySelectorAll('[data-rule]')];
        for (const [name, words] of Object.entries(form.dataset))
            rules[name] = words.split('|').filter(Boolean);

        function show(name, count) {
            const verdict = verdicts.find((one) => one.dataset.verdict === name);
            const place = verdict.querySelector('[data-count]');
            if (place)
                place.textContent = count;
            verdict.hidden = false;
        }

        form.addEventListener('submit', (event) => {
            event.preventDefault();
            const found = new Map(analyse(text.value, rules)
                .map(({ rule, evidence }) => [rule, evidence]));
            const met = known.filter((rule) => found.has(rule.dataset.rule));
            const dangers = met.filter((rule) => 'danger' in rule.dataset).length;
            list.replaceChildren(...met.map((rule) => {
                const item = rule.cloneNode(true), where = document.createElement('p');
                for (const evidence of found.get(rule.dataset.rule)) {
                    const code = document.createElement('code');
                    code.textContent = evidence;
                    where.append(code, document.createElement('br'));
                }
                item.firstElementChild.after(where);
                return item;
            }));
            findings.hidden = !met.length;
            verdicts.forEach((one) => { one.hidden = true; });
            // A frame later, so that the same verdict again is said again.
            requestAnimationFrame(() => text.value.trim() ? dangers ? show('danger', dangers)
                : show(met.length ? 'care' : 'none', met.length) : show('empty'));
        });
        text.addEventListener('paste', (event) => {
            const html = event.clipboardData && event.clipboardData.getData('text/html');
            if (!html || !/<a\s/i.test(html))
                return;
            event.preventDefault();
            text.setRangeText(linksShown(html), text.selectionStart, text.selectionEnd, 'end');
        });
        byId('without').hidden = true;
        form.hidden = false;
    }

    globalThis.khienMeeting = { analyse };
    const form = globalThis.document && document.getElementById('linter');
    if (form)
        start(form);
})();
