// The live part of the overview: totals come once a second, rates are worked out here.
"use strict";

(() => {
    const live = document.getElementById("live");
    if (!live || !window.EventSource) {
        return;
    }

    const KEPT = 60;
    const LEAST_MS = 500;
    const QUIET_MS = 5000;
    const SPOKEN_EVERY_MS = 30000;
    const pulse = document.getElementById("pulse");
    const histories = new Map();
    let before = null;
    let quiet = 0;

    const each = (selector, act) => live.querySelectorAll(selector).forEach(act);
    const value = (facts, path) => path.split(".").reduce((part, name) => part?.[name], facts) ?? 0;
    const count = (number) => Math.round(number).toString().replace(/\B(?=(\d{3})+$)/g, "\u202f");

    function say(state, text) {
        pulse.className = "pulse " + state;
        if (pulse.textContent !== text) {
            pulse.textContent = text;
        }
    }

    function rate(facts, path) {
        if (!before) {
            return null;
        }
        const seconds = (facts.at - before.at) / 1000;
        return seconds > 0 ? Math.max(0, value(facts, path) - value(before, path)) / seconds : null;
    }

    function bits(octetsPerSecond) {
        const units = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"];
        let amount = octetsPerSecond * 8;
        let unit = 0;
        while (amount >= 1000 && unit < units.length - 1) {
            amount /= 1000;
            unit++;
        }
        return (amount < 10 && unit > 0 ? amount.toFixed(1) : Math.round(amount)) + " " + units[unit];
    }

    function shape(name, points) {
        const element = document.createElementNS("http://www.w3.org/2000/svg", name);
        element.setAttribute("points", points);
        return element;
    }

    function draw(svg, key, next) {
        const history = histories.get(key) ?? [];
        histories.set(key, history);
        history.push(next);
        history.splice(0, history.length - KEPT);
        const most = Math.max(1, ...history);
        const first = KEPT - history.length;
        const points = history.map((one, i) => {
            const x = ((first + i) * 120) / (KEPT - 1);
            return x.toFixed(1) + "," + (30 - (one * 27) / most).toFixed(1);
        });
        if (points.length > 1) {
            const left = points[0].split(",")[0];
            const area = [left + ",32", ...points, "120,32"].join(" ");
            svg.replaceChildren(shape("polygon", area), shape("polyline", points.join(" ")));
        }
    }

    function show(facts) {
        each("[data-count]", (e) => { e.textContent = count(value(facts, e.dataset.count)); });
        each("[data-answer]", (e) => { e.textContent = count(facts.answers[e.dataset.answer] ?? 0); });
        each("[data-level]", (e) => draw(e, e.dataset.level, value(facts, e.dataset.level)));
        each("[data-rate]", (e) => {
            const now = rate(facts, e.dataset.rate);
            e.textContent = now === null ? "–" : count(now);
        });
        each("[data-bits]", (e) => {
            const now = rate(facts, e.dataset.bits);
            e.textContent = now === null ? "–" : bits(now);
        });
        each("[data-spark]", (e) => {
            const now = rate(facts, e.dataset.spark);
            if (now !== null) {
                draw(e, e.dataset.spark, now);
            }
        });
        const holdings = facts.holdings;
        const implicit = holdings.mappings - holdings.leases - holdings.reservations;
        document.getElementById("implicit").textContent = count(Math.max(0, implicit));
        showPorts(holdings.portsUsed, holdings.portsTotal);
        before = facts;
    }

    function showPorts(used, total) {
        const percent = used > 0 ? Math.min(100, Math.max(1, Math.floor((used * 100) / total))) : 0;
        const tone = percent >= 100 ? "bad" : percent >= 80 ? "warn" : "accent";
        const bar = live.querySelector("#ports .bar");
        bar.setAttribute("class", "bar " + tone);
        bar.querySelector("rect").setAttribute("width", percent);
        live.querySelector("#ports .share").textContent = count(used) + " / " + count(total);
    }

    // What is not a number the server writes: parts of the page are fetched again.
    async function refresh() {
        const answer = await fetch("/", { headers: { Accept: "text/html" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const id of ["state", "services", "answers"]) {
            const fresh = page.getElementById(id);
            if (fresh) {
                document.getElementById(id).replaceWith(fresh);
            }
        }
    }

    function speak() {
        const words = [...live.querySelectorAll(".tile")].map((tile) =>
            tile.querySelector("h2").textContent + " " + tile.querySelector(".big").textContent);
        document.getElementById("spoken").textContent = words.join(", ");
    }

    let stamp = null;
    let lastSpokenAt = 0;
    const source = new EventSource(live.dataset.source);

    source.addEventListener("facts", (event) => {
        const facts = JSON.parse(event.data);
        // A rate over less than half a second would be noise.
        if (before && facts.at - before.at < LEAST_MS) {
            return;
        }
        show(facts);
        clearTimeout(quiet);
        quiet = setTimeout(() => say("lost", "No news for a while"), QUIET_MS);
        say("live", "Live");
        if (stamp !== null && stamp !== facts.stamp) {
            refresh();
        }
        stamp = facts.stamp;
        if (facts.at - lastSpokenAt >= SPOKEN_EVERY_MS) {
            lastSpokenAt = facts.at;
            speak();
        }
    });

    source.addEventListener("error", () => {
        clearTimeout(quiet);
        const isOver = source.readyState === EventSource.CLOSED;
        say("lost", isOver ? "Not live any more: reload this page" : "Connection lost, trying again");
    });
})();
