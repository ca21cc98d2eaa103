// The simulator's pages in a browser, used as a person uses them. Screenshots go to $STRIPE_MCP_SHOTS or a temporary folder.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { chromium } from 'playwright-core';

import { listen } from './client.js';
import { program, simulator } from './program.js';

const looks = {
  wide: { viewport: { width: 1280, height: 860 } },
  narrow: { viewport: { width: 390, height: 844 } },
  dark: { viewport: { width: 1280, height: 860 }, colorScheme: 'dark' },
};

let browser;
let shots;
before(async () => {
  shots = process.env.STRIPE_MCP_SHOTS ?? (await mkdtemp(join(tmpdir(), 'stripe-mcp-shots-')));
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
after(() => browser.close());

/** A shop: whatever is asked for, it says what that was. Its /moved leads to the shop under another name. */
function shop(t) {
  const server = createServer((request, response) => {
    if (request.url.startsWith('/moved')) {
      response.writeHead(302, { Location: `http://localhost:${server.address().port}/arrived` }).end();
      return;
    }
    response.setHeader('Content-Type', 'text/html').end(`<title>Shop</title>${request.url}`);
  });
  return listen(t, server);
}

/** The simulator, the shop, an agent that calls tools, and a person with a browser, who is kept from everything but this machine. */
async function scene(t, look = 'wide') {
  const { address, env } = await simulator(t);
  const shopAddress = await shop(t);
  const context = await browser.newContext(looks[look]);
  t.after(() => context.close());
  await context.route((url) => !['127.0.0.1', 'localhost'].includes(url.hostname), (route) => route.abort());
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints = [];
  page.on('console', (message) => {
    // A declined card and a form of another site have these statuses, and each of these tests looks for its own.
    if (message.type() === 'error' && !/status of 40[23] /.test(message.text())) complaints.push(message.text());
  });
  // The last hook, because no hook runs after one that fails.
  t.after(() => assert.deepEqual(complaints, []));
  const call = async (tool, args) => {
    const { stdout } = await promisify(execFile)(program, ['--simulator', 'call', tool, JSON.stringify(args)], { env });
    return JSON.parse(stdout);
  };
  const shoot = async (name) => {
    const spill = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(spill, 0, `${name} is wider than the window`);
    await page.screenshot({ path: join(shots, `${name}-${look}.png`), fullPage: true });
  };
  return { address, call, env, page, shoot, shop: shopAddress };
}

/** Types into the fields that have these labels. */
async function type(page, fields) {
  for (const [label, value] of Object.entries(fields)) {
    await page.getByLabel(label).focus();
    await page.keyboard.type(value);
  }
}

const card = (number) => ({ 'Card number': number, Expiry: '12/34', CVC: '123', 'Name on card': 'Jenny Rosen' });

for (const look of Object.keys(looks)) {
  test(`checkout and decline, ${look}`, async (t) => {
    const { call, page, shoot, shop } = await scene(t, look);
    const session = await call('stripe_create_checkout_session', {
      mode: 'subscription',
      line_items: [{ price: 'price_team_monthly_usd', quantity: 3 }, { price: 'price_tshirt_usd' }],
      success_url: `${shop}/thanks?id={CHECKOUT_SESSION_ID}`,
      cancel_url: `${shop}/cart`,
    });
    await page.goto(session.url);
    await page.getByText('SIMULATOR', { exact: true }).waitFor();
    await page.getByText('Team plan × 3').waitFor();
    await shoot('checkout');

    await page.getByRole('link', { name: 'Back to' }).click();
    assert.equal(page.url(), `${shop}/cart`);
    await page.goBack();

    await page.getByLabel('E-mail').fill('jenny@example.com');
    await type(page, card('4000 0000 0000 0002'));
    await page.keyboard.press('Enter');
    await page.getByText('Your card was declined').waitFor();
    assert.equal(await page.getByLabel('Card number').evaluate((field) => field === document.activeElement), true);
    await shoot('declined');

    await page.getByLabel('Name on card').fill('');
    await type(page, card('4000 0000 0000 9995'));
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('insufficient funds.').waitFor();
    assert.equal((await call('stripe_get_checkout_session', { session_id: session.id })).status, 'open');

    await page.getByLabel('Name on card').fill('');
    await type(page, card('4242 4242 4242 4242'));
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.waitForURL(`${shop}/thanks?id=${session.id}`);

    const paid = await call('stripe_get_checkout_session', { session_id: session.id });
    assert.deepEqual([paid.status, paid.payment_status], ['complete', 'paid']);
    const customer = await call('stripe_get_customer', { customer_id: paid.customer });
    assert.deepEqual([customer.email, customer.name], ['jenny@example.com', 'Jenny Rosen']);
    const subscription = await call('stripe_get_subscription', { subscription_id: paid.subscription });
    assert.equal(subscription.status, 'active');

    await page.goto(session.url);
    await page.getByRole('heading', { name: 'Payment successful' }).waitFor();
    await shoot('completed');
  });

  test(`portal, invoice and overview, ${look}`, async (t) => {
    const { address, call, env, page, shoot, shop } = await scene(t, look);
    await promisify(execFile)(program, ['simulator', 'seed'], { env });
    await page.goto(address);
    await page.getByRole('heading', { name: 'What exists' }).waitFor();
    await shoot('index');

    const [incomplete] = (await call('stripe_list_subscriptions', { status: 'incomplete' })).data;
    const { hosted_invoice_url: invoice } = await call('stripe_get_subscription', { subscription_id: incomplete.id });
    await page.goto(invoice);
    await shoot('invoice');
    await type(page, card('4242 4242 4242 4242'));
    await page.getByRole('button', { name: 'Pay $49.00' }).click();
    await page.getByRole('heading', { name: 'Invoice paid' }).waitFor();

    const portal = await call('stripe_create_billing_portal_session', { customer: incomplete.customer, return_url: `${shop}/account` });
    const see = async () => {
      const { status, cancel_at_period_end: ends } = await call('stripe_get_subscription', { subscription_id: incomplete.id });
      return [status, ends];
    };
    await page.goto(portal.url);
    await page.getByText('Renews on').waitFor();
    await page.getByText('Cancel subscription').click();
    await shoot('portal');
    await page.getByRole('button', { name: /^Cancel on / }).click();
    await page.getByText('does not renew').waitFor();
    assert.deepEqual(await see(), ['active', true]);
    await page.getByRole('button', { name: 'Don’t cancel' }).click();
    await page.getByText('Renews on').waitFor();
    assert.deepEqual(await see(), ['active', false]);
    await page.getByText('Cancel subscription').click();
    await page.getByRole('button', { name: 'Cancel now' }).click();
    await page.getByText('Ended on').waitFor();
    assert.deepEqual(await see(), ['canceled', false]);
    await page.getByRole('link', { name: 'Return to' }).click();
    assert.equal(page.url(), `${shop}/account`);
  });
}

test('the overview shows what an agent does while it does it', async (t) => {
  const { address, call, page } = await scene(t);
  await page.goto(address);
  await page.getByText('Nothing yet').waitFor();
  await page.getByRole('link', { name: 'Watch', exact: true }).click();
  await page.getByRole('link', { name: 'Stop watching' }).waitFor();
  const name = 'Robert <script>document.title = "gone"</script>';
  await call('stripe_create_customer', { email: 'robert@example.com', name });
  await page.getByText(name).waitFor();
  assert.match(await page.title(), /SIMULATOR/);
});

test('a shop may send its customers on to another host', async (t) => {
  const { call, page, shop } = await scene(t);
  const session = await call('stripe_create_checkout_session', {
    mode: 'payment',
    line_items: [{ price: 'price_tshirt_eur' }],
    customer_email: 'jenny@example.com',
    success_url: `${shop}/moved`,
  });
  await page.goto(session.url);
  await type(page, card('4242424242424242'));
  await page.getByRole('button', { name: 'Pay €25.00' }).click();
  await page.waitForURL('http://localhost:*/arrived');
});

test('another site cannot send a form', async (t) => {
  const { address, call, page, shop } = await scene(t);
  const { id } = await call('stripe_create_customer', { email: 'jenny@example.com' });
  const portal = await call('stripe_create_billing_portal_session', { customer: id, return_url: `${shop}/account` });
  await page.goto(`${shop.replace('127.0.0.1', 'localhost')}/`);
  const [response] = await Promise.all([
    page.waitForResponse((got) => got.url().startsWith(address)),
    page.evaluate((action) => {
      const form = document.createElement('form');
      Object.assign(form, { action, method: 'post' });
      document.body.append(form);
      form.submit();
    }, portal.url),
  ]);
  assert.equal(response.status(), 403);
});
