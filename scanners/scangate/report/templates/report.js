"use strict";
// Lists the findings of the page's data: filters, groups and pages. Text from the data only ever becomes text nodes.
(() => {
  const element = (id) => document.getElementById(id);
  if (!element("interactive")) return;
  const { findings } = JSON.parse(element("data").textContent);
  const { severities, kinds, outcomes, texts, rules, paths } = findings;
  const [RULE, PATH, LINE, END_LINE, COLUMN, SEVERITY, KIND, OUTCOME, MESSAGE, EVIDENCE, WHY, FIX, PIN, FINGERPRINT, INLINE, FACTS, MEMBERS] =
    Array.from({ length: 17 }, (_, number) => number);
  const [MEMBER_RULE, MEMBER_SEVERITY, MEMBER_OUTCOME, MEMBER_MESSAGE, MEMBER_FINGERPRINT] = [0, 1, 2, 3, 4];
  const rows = findings.rows;
  const PAGE_SIZE = 50;
  const SUPPRESSED = outcomes.indexOf("suppressed");
  const DEPENDENCY = kinds.indexOf("dependency");
  const NO_OWNER = "no owner";
  const count = (number) => number.toLocaleString("en-US");
  const scannerOf = (rule) => rules[rule].rule.split(":", 1)[0];
  const scanners = rows.map((row) => [...new Set([row[RULE], ...row[MEMBERS].map((member) => member[MEMBER_RULE])].map(scannerOf))]);
  const ownersOf = (row) => (paths[row[PATH]].owners.length ? paths[row[PATH]].owners : [NO_OWNER]);
  const hasOwners = paths.some((path) => path.owners.length);

  // -- elements --

  const make = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === true) made.setAttribute(key, "");
      else if (value !== false) made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  };
  const link = (url, text) =>
    /^https?:\/\//.test(url) ? make("a", { href: url, rel: "noopener noreferrer" }, text) : document.createTextNode(text);
  const positionOf = (row) => `${row[LINE]}${row[COLUMN] ? `:${row[COLUMN]}` : ""}`;
  const placeOf = (row) => `${paths[row[PATH]].path}:${positionOf(row)}`;
  const badge = (severity) => make("span", { class: `badge ${severities[severity]}` }, severities[severity]);

  const copy = async (text, button) => {
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      done = false;
    }
    if (!done) getSelection().selectAllChildren(button.previousElementSibling);
    button.textContent = done ? "Copied" : "Selected";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };
  const command = (text) => {
    const button = make("button", { type: "button", class: "small", "aria-label": `Copy ${text.slice(0, 60)}` }, "Copy");
    button.addEventListener("click", () => copy(text, button));
    return make("div", { class: "command" }, make("code", {}, text), button);
  };

  const titleOf = (row) => {
    const rule = rules[row[RULE]];
    return row[KIND] === DEPENDENCY ? texts[row[MESSAGE]].split(/[;:] /, 1)[0] : rule.title || rule.rule;
  };

  // -- one finding --

  const source = (row) => {
    const at = row[END_LINE] > row[LINE] ? `${row[LINE]}-${row[END_LINE]}` : `${row[LINE]}`;
    const line = make("li", { class: "marked" }, make("span", { class: "at mono" }, at), make("code", {}, texts[row[EVIDENCE]]));
    return make("div", { class: "source" }, make("ol", {}, line));
  };
  const acceptance = (row) => {
    const members = row[MEMBERS].length ? row[MEMBERS] : [[row[RULE], row[SEVERITY], row[OUTCOME], row[MESSAGE], row[FINGERPRINT]]];
    const open = members.filter((member) => member[MEMBER_OUTCOME] !== SUPPRESSED);
    if (!open.length) return null;
    const names = [...new Set(open.map((member) => rules[member[MEMBER_RULE]].rule))];
    const waive = open.map((member) => {
      const name = row[KIND] === DEPENDENCY || !member[MEMBER_FINGERPRINT] ? rules[member[MEMBER_RULE]].quoted : member[MEMBER_FINGERPRINT];
      return `scangate waive ${name} --path ${paths[row[PATH]].pattern} --reason WHY --owner WHO --expires YYYY-MM-DD`;
    });
    const parts = [];
    if (row[INLINE]) {
      const where = "In a comment at the end of the first or last line, or alone on the line above, if the policy accepts inline comments:";
      parts.push(make("p", {}, where), command(`scangate: ignore[${names.join(", ")}] -- REASON`));
    }
    parts.push(make("p", {}, `${row[INLINE] ? "Or as" : "As"} an exception in the policy:`), ...[...new Set(waive)].map(command));
    return make("div", {}, ...parts);
  };
  const memberList = (row) =>
    make("ul", { class: "bullets" }, ...row[MEMBERS].map((member) => {
      const message = member[MEMBER_MESSAGE] === row[MESSAGE] ? "" : `: ${texts[member[MEMBER_MESSAGE]]}`;
      const rating = ` ${severities[member[MEMBER_SEVERITY]]}, ${outcomes[member[MEMBER_OUTCOME]]}`;
      return make("li", {}, make("code", {}, rules[member[MEMBER_RULE]].rule), make("span", { class: "quiet" }, rating), message);
    }));
  const ruleLine = (rule) => {
    const parts = [make("code", {}, rule.url ? link(rule.url, rule.rule) : rule.rule)];
    for (const number of rule.cwe) parts.push(" ", link(`https://cwe.mitre.org/data/definitions/${number}.html`, `CWE-${number}`));
    return make("span", {}, ...parts);
  };
  const body = (row) => {
    const facts = make("dl", { class: "facts" });
    const add = (label, ...children) => {
      const shown = children.filter((child) => child !== null && child !== "");
      if (shown.length) facts.append(make("dt", {}, label), make("dd", {}, ...shown));
    };
    add(row[FIX] ? "what" : "what, and how to fix", texts[row[MESSAGE]]);
    if (row[EVIDENCE]) add("code", source(row));
    add("how to fix", texts[row[FIX]]);
    add("how to accept", acceptance(row));
    add("why", texts[row[WHY]]);
    add("rule", ruleLine(rules[row[RULE]]));
    if (row[MEMBERS].length) add("reported by", memberList(row));
    for (const [label, text] of row[FACTS]) add(texts[label], texts[text]);
    if (hasOwners) add("owner", ownersOf(row).join(", "));
    if (row[FINGERPRINT]) add("fingerprint", make("code", {}, row[FINGERPRINT]));
    return make("div", { class: "body" }, facts);
  };
  const findingItem = (number) => {
    const row = rows[number];
    const rule = rules[row[RULE]];
    const more = row[MEMBERS].length ? ` and ${row[MEMBERS].length - 1} more` : "";
    const outcome = outcomeChoice() ? "" : ` (${outcomes[row[OUTCOME]]})`;
    const place = fields.group.value === "file" ? `line ${positionOf(row)}` : placeOf(row);
    const summary = make("summary", {}, badge(row[SEVERITY]), make("span", { class: "title" }, titleOf(row)),
      make("code", { class: "place" }, place), make("span", { class: "sub" }, make("code", {}, rule.rule), more + outcome));
    const details = make("details", { class: "finding" }, summary);
    details.addEventListener("toggle", () => {
      if (details.open && details.childElementCount === 1) details.append(body(row));
    });
    return make("li", {}, details);
  };

  // Several advisories about one pinned release are one entry.
  const pinItem = (numbers) => {
    const row = rows[numbers[0]];
    const place = fields.group.value === "file" ? `line ${positionOf(row)}` : placeOf(row);
    const summary = make("summary", {}, badge(row[SEVERITY]), make("span", { class: "title" }, texts[row[PIN]]),
      make("code", { class: "place" }, place), make("span", { class: "sub" }, `${count(numbers.length)} advisories (${worst(numbers)})`));
    return make("li", {}, make("details", { class: "finding" }, summary, make("ul", { class: "list nested" }, ...numbers.map(findingItem))));
  };
  const items = (numbers) => {
    const entries = new Map();
    for (const number of numbers) {
      const row = rows[number];
      const key = row[PIN] ? `${row[PATH]}:${row[LINE]}:${row[PIN]}` : number;
      if (entries.has(key)) entries.get(key).push(number);
      else entries.set(key, [number]);
    }
    return [...entries.values()].map((entry) => (entry.length > 1 ? pinItem(entry) : findingItem(entry[0])));
  };

  // -- filters and groups --

  const GROUPS = {
    file: (row) => [paths[row[PATH]].path],
    rule: (row) => [rules[row[RULE]].rule],
    severity: (row) => [severities[row[SEVERITY]]],
    owner: ownersOf,
    none: () => [""],
  };
  const haystacks = new Array(rows.length);
  const haystack = (number) => {
    if (haystacks[number] === undefined) {
      const row = rows[number];
      const named = [row[RULE], ...row[MEMBERS].map((member) => member[MEMBER_RULE])].map((rule) => rules[rule]);
      const prints = [row[FINGERPRINT], ...row[MEMBERS].map((member) => member[MEMBER_FINGERPRINT])];
      const words = named.flatMap((rule) => [rule.rule, rule.title, ...rule.cwe.map((cwe) => `CWE-${cwe}`)]);
      haystacks[number] = [...words, ...prints, placeOf(row), texts[row[MESSAGE]], texts[row[EVIDENCE]], ...paths[row[PATH]].owners]
        .join("\n").toLowerCase();
    }
    return haystacks[number];
  };
  const form = element("filters");
  const fields = { q: element("q"), severity: element("severity"), kind: element("kind"), scanner: element("scanner"),
    owner: element("owner"), group: element("group") };
  let start = 0;

  const outcomeChoice = () => form.querySelector("input[name=outcome]:checked").value;
  const matching = () => {
    const words = fields.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcome = outcomeChoice();
    const tests = [
      [fields.severity.value, (row) => severities[row[SEVERITY]] === fields.severity.value],
      [fields.kind.value, (row) => kinds[row[KIND]] === fields.kind.value],
      [fields.scanner.value, (_, number) => scanners[number].includes(fields.scanner.value)],
      [fields.owner.value, (row) => ownersOf(row).includes(fields.owner.value)],
      [outcome, (row) => outcomes[row[OUTCOME]] === outcome],
      [words.length, (_, number) => words.every((word) => haystack(number).includes(word))],
    ].filter(([wanted]) => wanted).map(([, test]) => test);
    const found = [];
    for (let number = 0; number < rows.length; number += 1) {
      if (tests.every((test) => test(rows[number], number))) found.push(number);
    }
    return found;
  };
  const grouped = (found) => {
    const groups = new Map();
    for (const number of found) {
      for (const name of GROUPS[fields.group.value](rows[number])) {
        if (groups.has(name)) groups.get(name).push(number);
        else groups.set(name, [number]);
      }
    }
    return groups;
  };
  const worst = (numbers) => {
    const totals = new Map();
    for (const number of numbers) totals.set(rows[number][SEVERITY], (totals.get(rows[number][SEVERITY]) || 0) + 1);
    return [...totals].sort(([first], [second]) => first - second).map(([severity, total]) => `${count(total)} ${severities[severity]}`).join(", ");
  };

  // -- the list --

  const pager = (box, total) => {
    const button = (text, target, label) => {
      const made = make("button", { type: "button", disabled: target < 0 || target >= total || target === start, "aria-label": label }, text);
      made.addEventListener("click", () => { start = target; render(); element("status").scrollIntoView(); });
      return made;
    };
    const last = Math.max(0, Math.floor((total - 1) / PAGE_SIZE) * PAGE_SIZE);
    box.replaceChildren(...(total <= PAGE_SIZE ? [] : [
      button("First", 0, "First page"), button("Previous", start - PAGE_SIZE, "Previous page"),
      make("span", { class: "quiet" }, `page ${count(start / PAGE_SIZE + 1)} of ${count(last / PAGE_SIZE + 1)}`),
      button("Next", start + PAGE_SIZE, "Next page"), button("Last", last, "Last page"),
    ]));
  };
  const groupBox = (name, numbers, shown, isContinued) => {
    const list = make("ul", { class: "list" }, ...items(shown));
    if (!name) return make("div", { class: "group" }, list);
    const heading = make("summary", {}, make("h3", {}, name),
      make("span", { class: "quiet" }, `${count(numbers.length)} (${worst(numbers)})${isContinued ? ", continued" : ""}`));
    return make("details", { class: "group", open: true }, heading, list);
  };
  const render = () => {
    const found = matching();
    const groups = grouped(found);
    const total = [...groups.values()].reduce((sum, numbers) => sum + numbers.length, 0);
    if (start >= total) start = 0;
    const boxes = [];
    let at = 0;
    for (const [name, numbers] of groups) {
      const from = Math.max(0, start - at);
      const to = Math.min(numbers.length, start + PAGE_SIZE - at);
      if (from < to) boxes.push(groupBox(name, numbers, numbers.slice(from, to), from > 0));
      at += numbers.length;
      if (at >= start + PAGE_SIZE) break;
    }
    element("list").replaceChildren(...boxes);
    const range = total > PAGE_SIZE ? `, ${count(start + 1)} to ${count(Math.min(total, start + PAGE_SIZE))} shown` : "";
    element("status").textContent = `${count(found.length)} of ${count(rows.length)} findings${range}`;
    pager(element("pager-top"), total);
    pager(element("pager-bottom"), total);
    remember();
  };

  // -- state --

  const defaults = () => ({ q: "", severity: "", kind: "", scanner: "", owner: "", group: "file", outcome: firstOutcome });
  const remember = () => {
    const state = { ...Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value])), outcome: outcomeChoice() };
    const changed = Object.entries(state).filter(([name, value]) => value !== defaults()[name]);
    const hash = new URLSearchParams(changed).toString();
    try {
      if (hash || location.hash.includes("=")) history.replaceState(null, "", hash ? `#${hash}` : "#findings");
    } catch { /* some viewers do not allow it */ }
  };
  const choose = (values) => {
    for (const [name, value] of Object.entries({ ...defaults(), ...values })) {
      if (name === "outcome") {
        const radio = [...form.querySelectorAll("input[name=outcome]")].find((each) => each.value === value);
        if (radio) radio.checked = true;
      } else if (fields[name]) {
        fields[name].value = value;
        if (fields[name].selectedIndex === -1) fields[name].value = defaults()[name];
      }
    }
    start = 0;
    render();
  };
  const options = (field, values, all) =>
    field.append(...(all ? [make("option", { value: "" }, all)] : []), ...values.map((value) => make("option", { value }, value)));
  const present = (column, names) => names.filter((_, number) => rows.some((row) => row[column] === number));
  const distinct = (lists) => [...new Set(lists.flat())].sort();
  const totals = outcomes.map((_, number) => rows.filter((row) => row[OUTCOME] === number).length);
  const firstOutcome = totals[outcomes.indexOf("blocking")] ? "blocking" : "";

  options(fields.severity, present(SEVERITY, severities), "all");
  options(fields.kind, present(KIND, kinds), "all");
  options(fields.scanner, distinct(scanners), "all");
  options(fields.owner, distinct(paths.map((path) => path.owners)).concat(hasOwners ? [NO_OWNER] : []), "all");
  options(fields.group, Object.keys(GROUPS).filter((name) => name !== "owner" || hasOwners));
  fields.owner.parentElement.hidden = !hasOwners;
  const tab = (value, name, number) =>
    make("label", {}, make("input", { type: "radio", name: "outcome", value }), name, make("span", { class: "quiet" }, count(number)));
  const tabs = outcomes.map((name, number) => [name, number]).filter(([, number]) => totals[number]).map(([name, number]) => tab(name, name, totals[number]));
  element("outcomes").append(tab("", "all", rows.length), ...tabs);

  let waiting = 0;
  form.addEventListener("input", (event) => {
    start = 0;
    clearTimeout(waiting);
    waiting = setTimeout(render, event.target === fields.q ? 150 : 0);
  });
  form.addEventListener("reset", (event) => { event.preventDefault(); choose({}); });
  form.addEventListener("submit", (event) => { event.preventDefault(); render(); });
  for (const tile of document.querySelectorAll("a[data-filter]")) {
    tile.addEventListener("click", () => {
      const [name, value] = tile.dataset.filter.split(":");
      choose({ [name]: value, outcome: "" });
    });
  }
  element("list").addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button, a")) return;
    if (event.key === "/") {
      event.preventDefault();
      fields.q.focus();
    } else if (event.key === "j" || event.key === "k") {
      const summaries = [...element("list").querySelectorAll("summary")].filter((each) => each.checkVisibility());
      summaries[summaries.indexOf(event.target.closest("summary")) + (event.key === "j" ? 1 : -1)]?.focus();
    }
  });
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
    for (const details of element("list").querySelectorAll("details.finding")) details.dispatchEvent(new Event("toggle"));
  });
  addEventListener("afterprint", () => { for (const details of opened) details.open = false; });

  element("static").remove();
  element("interactive").hidden = false;
  choose(location.hash.includes("=") ? Object.fromEntries(new URLSearchParams(location.hash.slice(1))) : {});
})();
