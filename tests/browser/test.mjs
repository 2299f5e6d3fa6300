// test.mjs MODULES: the web page in headless Chromium.  Run by
// tests/cli/report-browser.sh in a folder with the pages:
//
//   plain.html    a made-up host with 12 domains
//   hostile.html  the same with a domain called as NAME.txt says
//   many.html     100 domains
//   host.html     a recorded host, as the program makes it
//
// Each test has a name, and a failure says which.  Screenshots are left beside
// the pages.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';

const need = createRequire(path.resolve(process.argv[2]) + '/');
const {chromium} = need('playwright-core');
const axe = fs.readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8');
const WIDE = {width: 1280, height: 900}, PHONE = {width: 390, height: 844};

// With an empty profile in a temporary folder.
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium', headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
         '--disable-background-networking', '--disable-component-update',
         '--disable-sync']});

// Opens a page as nobody has before; whatever it says on the console, asks for
// or breaks at is an error.
async function visit(file, options, act) {
  const context = await browser.newContext({viewport: WIDE, ...options});
  const said = [], url = 'file://' + path.resolve(file);
  try {
    const page = await context.newPage();
    page.on('console', m => said.push('console: ' + m.text()));
    page.on('pageerror', e => said.push('error: ' + e.message));
    page.on('dialog', d => { said.push('dialog: ' + d.message()); d.dismiss(); });
    page.on('request', r => {
      if (r.url().split('#')[0] !== url)
        said.push('request: ' + r.url());
    });
    await page.goto(url);
    await act(page);
    assert.deepEqual(said, []);
  } finally {
    await context.close();
  }
}

async function serious(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document));
  return found.violations
      .filter(v => v.impact === 'serious' || v.impact === 'critical')
      .map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html).join(' | '));
}

const rows = (page, status) => page.locator('.t-rows tr.' + status);
async function visible(locator) {
  let n = 0;
  for (const one of await locator.all())
    n += await one.isVisible();
  return n;
}

const tests = {
  'the problem, its evidence and the remedy are seen at once': () =>
    visit('plain.html', {}, async page => {
      const card = page.locator('main .card').first();
      for (const one of [card.locator('h3'), card.locator('pre').first(),
                         card.getByText('Give the kernel more')]) {
        assert.ok(await one.isVisible());
        assert.ok((await one.boundingBox()).y < WIDE.height);
      }
      assert.match(await card.textContent(), /line 12 of\s+files\/var\/log\/xen/);
      assert.match(await card.textContent(), /loop\.used\s+is\s+8/);
      assert.match(await page.locator('header').textContent(), /2 errors/);
      assert.equal(await page.locator('.card.error').count(), 2);
      await page.screenshot({path: 'light.png'});
    }),

  'what is folded opens with the keyboard': () =>
    visit('plain.html', {}, async page => {
      const note = page.locator('.card.info');
      assert.equal(await note.getAttribute('open'), null);
      await note.locator('summary').focus();
      await page.keyboard.press('Enter');
      assert.notEqual(await note.getAttribute('open'), null);
      await page.keyboard.press('Tab');
    }),

  'the first tab leads to the problems': () =>
    visit('plain.html', {}, async page => {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(
          () => document.activeElement.getAttribute('href')), '#diagnosis');
      await page.keyboard.press('Enter');
      await page.waitForURL(/#diagnosis$/);
    }),

  'every entry of the navigation leads to a section': () =>
    visit('host.html', {}, async page => {
      for (const link of await page.locator('nav a').all()) {
        const id = (await link.getAttribute('href')).slice(1);
        assert.equal(await page.locator('section#' + id).count(), 1, id);
      }
      assert.equal(await page.locator('nav a').count(),
                   await page.locator('main > section').count());
    }),

  'boxes and search filter the items': () =>
    visit('plain.html', {}, async page => {
      assert.equal(await visible(rows(page, 'absent')), 0);
      await page.locator('#f-absent').check();
      assert.equal(await visible(rows(page, 'absent')), 300);
      await page.locator('#f-ok').uncheck();
      assert.equal(await visible(rows(page, 'ok')), 0);
      assert.equal(await page.locator('#found').textContent(), '302 of 369');
      await page.locator('#f-ok').check();
      await page.keyboard.press('/');
      await page.keyboard.type('XEN_domains console 3-');
      assert.equal(await page.locator('#found').textContent(), '1 of 369');
      assert.equal(await visible(page.locator('.t-rows tbody tr')), 1);
      await page.locator('#search').fill('');
      assert.equal(await page.locator('#found').textContent(), '369 of 369');
    }),

  'drawings show what hangs together and what is broken': () =>
    visit('plain.html', {}, async page => {
      const network = page.locator('#network svg');
      for (const text of ['eth0', 'xenbr0', 'vif12.0', 'guest12 (12)'])
        assert.equal(await network.getByText(text, {exact: true}).count(), 1);
      // A bridge without a card, an interface that is not connected.
      assert.equal(await network.locator('rect.bad').count(), 2);
      // One card of three bridges is one, twelve interfaces are twelve.
      assert.equal(await network.locator('rect.k1').count(), 3);
      assert.equal(await network.locator('rect.k2').count(), 12);
      assert.equal(await page.locator('#storage rect.bad').count(), 1);
      // Disks of the same name in two domains are two.
      assert.equal(await page.locator('#storage rect.k2').count(), 12);
      assert.equal(await page.locator('#memory .bar rect').count(), 13);
    }),

  'names and lines from the host are text and nothing else': () =>
    visit('hostile.html', {}, async page => {
      const name = fs.readFileSync('NAME.txt', 'utf8').trimEnd();
      const shown = name.replace('\u202e', '\\xe2\\x80\\xae')
          .replace('\u200b', '\\u{200b}');
      assert.equal(await page.evaluate(() => window.pwned), undefined);
      assert.equal(await page.locator('img, iframe, object, embed').count(), 0);
      assert.equal(await page.locator('script').count(), 1);
      assert.equal(await page.locator('style').count(), 1);
      assert.equal(await page.locator('meta').count(), 5);
      assert.equal(await page.evaluate(() => [...document.querySelectorAll('*')]
          .filter(e => [...e.attributes].some(a => /^on/.test(a.name))).length),
          0);
      for (const where of ['#memory td', '#domains h3', '#diagnosis pre'])
        assert.ok((await page.locator(where).allTextContents())
            .some(text => text.includes(shown)), where);
      assert.doesNotMatch(await page.content(), /[\u202e\u200b]/);
    }),

  'the policy runs no script but ours': async () => {
    const bad = [];
    await visit('plain.html', {}, async page => {
      // They report what was refused.
      page.removeAllListeners('console');
      page.removeAllListeners('request');
      await page.evaluate(() => {
        window.refused = [];
        addEventListener('securitypolicyviolation',
            e => window.refused.push(e.effectiveDirective));
        const script = document.createElement('script');
        script.textContent = 'window.pwned = 1';
        document.body.append(script);
        const image = document.createElement('img');
        image.src = 'light.png';
        image.setAttribute('onerror', 'window.pwned = 2');
        image.setAttribute('style', 'color: red');
        document.body.append(image);
      });
      await page.waitForFunction(() => window.refused.length >= 3);
      bad.push(await page.evaluate(() => window.pwned));
    });
    assert.deepEqual(bad, [undefined]);
  },

  'without scripts it can be read and filtered': () =>
    visit('plain.html', {javaScriptEnabled: false}, async page => {
      assert.ok(await page.getByText('Give the kernel more').isVisible());
      assert.ok(!await page.locator('#search').isVisible());
      assert.ok(await rows(page, 'denied').isVisible());
      await page.locator('#f-denied').uncheck();
      assert.ok(!await rows(page, 'denied').isVisible());
      const domain = page.locator('.domain').nth(1);
      await domain.locator('summary').click();
      assert.ok(await domain.getByText('vif1.0').isVisible());
    }),

  'both themes have no serious fault of accessibility': async () => {
    for (const colorScheme of ['light', 'dark'])
      await visit('plain.html', {colorScheme}, async page => {
        await page.evaluate(() => document.querySelectorAll('details')
            .forEach(one => { one.open = true; }));
        assert.deepEqual(await serious(page), [], colorScheme);
        const paper = await page.evaluate(
            () => getComputedStyle(document.body).backgroundColor);
        assert.equal(paper, colorScheme === 'dark' ? 'rgb(18, 23, 29)'
                                                   : 'rgb(255, 255, 255)');
        await page.screenshot({path: colorScheme + '-open.png',
                               fullPage: true});
      });
  },

  'a phone needs no sideways scrolling': async () => {
    for (const file of ['plain.html', 'hostile.html', 'host.html'])
      await visit(file, {viewport: PHONE}, async page => {
        assert.ok(await page.evaluate(
            () => document.documentElement.scrollWidth) <= PHONE.width, file);
        assert.deepEqual(await serious(page), [], file);
        await page.screenshot({path: file.replace('.html', '-phone.png')});
      });
  },

  'printed, nothing is folded, and items are those that are not whole': () =>
    visit('plain.html', {}, async page => {
      const row = s => page.locator(`.t-rows tbody tr.${s}`).first();
      assert.ok(await row('ok').isVisible());
      assert.ok(!await page.locator('.paper').isVisible());
      await page.emulateMedia({media: 'print'});
      assert.ok(!await page.locator('nav').isVisible());
      const pdf = await page.pdf();
      assert.ok(pdf.length > 10000);
      assert.equal(await page.locator('details:not([open])').count(), 0);
      assert.ok(await page.locator('.paper').isVisible());
      assert.ok(await row('timeout').isVisible());
      assert.ok(!await row('ok').isVisible());
      assert.ok(!await page.locator('.unchecked table').isVisible());
    }),

  'printed without scripts, nothing is folded either': () =>
    visit('plain.html', {javaScriptEnabled: false}, async page => {
      const folded = page.locator('.domain').nth(1).getByText('vif1.0');
      assert.ok(!await folded.isVisible());
      await page.emulateMedia({media: 'print'});
      assert.ok(await folded.isVisible());
      assert.ok((await folded.boundingBox()).height > 0);
    }),

  'a hundred domains fit': () =>
    visit('many.html', {}, async page => {
      assert.ok(fs.statSync('many.html').size < 1024 * 1024);
      assert.equal(await page.locator('.domain').count(), 101);
      assert.equal(await page.locator('#network rect.k2').count(), 100);
      assert.equal(await page.locator('#storage rect.k2').count(), 100);
      assert.equal(await page.locator('.t-rows tbody tr').count(), 809);
    }),

  'the page of a recorded host has no fault': () =>
    visit('host.html', {}, async page => {
      assert.match(await page.locator('h1').textContent(), /xenlab/);
      assert.deepEqual(await serious(page), []);
      await page.screenshot({path: 'host.png'});
    }),
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    console.log('ok    ' + name);
  } catch (e) {
    failed++;
    console.log('FAIL  ' + name + '\n' + (e.stack || e));
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
