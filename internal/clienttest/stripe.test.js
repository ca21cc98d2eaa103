// Stripe's official Node SDK against `stripe-mcp simulator`: with another base URL it makes the calls of the ten tools.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import Stripe from 'stripe';

import { simulator } from './program.js';

async function connect(t) {
  const { hostname, port } = new URL((await simulator(t)).address);
  return new Stripe('sk_test_made_up', { host: hostname, port, protocol: 'http', telemetry: false });
}

test('the ten calls', async (t) => {
  const stripe = await connect(t);

  const customer = await stripe.customers.create(
    { email: 'jenny@example.com', name: 'Jenny Rosen', metadata: { crm: '42' } },
    { idempotencyKey: 'once' },
  );
  assert.match(customer.id, /^cus_/);
  const retrieved = await stripe.customers.retrieve(customer.id);
  assert.deepEqual(retrieved.metadata, { crm: '42' });

  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    customer: customer.id,
    success_url: 'https://shop.example/thanks?id={CHECKOUT_SESSION_ID}',
    line_items: [
      { price: 'price_tshirt_eur', quantity: 2 },
      { price_data: { currency: 'eur', unit_amount: 499, product_data: { name: 'Gift wrap' } }, quantity: 1 },
    ],
  });
  assert.equal(session.amount_total, 5499);
  const expanded = await stripe.checkout.sessions.retrieve(session.id, { expand: ['line_items', 'customer'] });
  assert.deepEqual(expanded.line_items.data.map((line) => line.amount_total), [5000, 499]);
  assert.equal(expanded.customer.email, 'jenny@example.com');
  const more = await stripe.checkout.sessions.create({
    mode: 'subscription',
    customer: customer.id,
    success_url: 'https://shop.example/thanks',
    line_items: [{ price: 'price_starter_monthly_eur', quantity: 1 }],
  });
  const ids = [];
  for await (const row of stripe.checkout.sessions.list({ customer: customer.id, status: 'open', limit: 1 })) ids.push(row.id);
  assert.deepEqual(ids, [more.id, session.id]);

  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: 'price_starter_monthly_eur', quantity: 3 }],
    payment_behavior: 'default_incomplete',
    expand: ['latest_invoice'],
  });
  assert.equal(subscription.status, 'incomplete');
  assert.equal(subscription.latest_invoice.amount_due, 2700);
  const page = await stripe.subscriptions.list({ customer: customer.id, status: 'all' });
  assert.deepEqual(page.data.map((row) => row.id), [subscription.id]);
  assert.equal((await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true })).cancel_at_period_end, true);
  assert.equal((await stripe.subscriptions.cancel(subscription.id)).status, 'incomplete_expired');
  assert.ok((await stripe.subscriptions.retrieve(subscription.id)).canceled_at);

  const portal = await stripe.billingPortal.sessions.create({ customer: customer.id, return_url: 'https://shop.example/account' });
  assert.match(portal.url, /^http:\/\/127\.0\.0\.1:\d+\/p\/session\//);

  const again = await stripe.customers.create(
    { email: 'jenny@example.com', name: 'Jenny Rosen', metadata: { crm: '42' } },
    { idempotencyKey: 'once' },
  );
  assert.equal(again.id, customer.id);
});

test('errors are what the SDK knows', async (t) => {
  const stripe = await connect(t);
  await assert.rejects(stripe.customers.retrieve('cus_nobody'), { type: 'StripeInvalidRequestError', code: 'resource_missing', statusCode: 404 });
  await assert.rejects(stripe.customers.create({ emial: 'jenny@example.com' }), { code: 'parameter_unknown', param: 'emial' });
  await assert.rejects(stripe.customers.create({ payment_method: 'pm_card_chargeDeclined' }), { type: 'StripeCardError', code: 'card_declined' });
  await assert.rejects(stripe.customers.list({}, { apiKey: 'sk_live_made_up' }), { type: 'StripeAuthenticationError' });
});
