// The program under test: the built binary that STRIPE_MCP_BIN names, on its simulator and in a home of its own.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Absolute path of the program. */
export const program = process.env.STRIPE_MCP_BIN ?? '';
assert.ok(isAbsolute(program), 'STRIPE_MCP_BIN must be the absolute path of the built stripe-mcp');

/** The names of the ten tools, in the order in which they are listed. */
export const toolNames = [
  'stripe_create_checkout_session',
  'stripe_get_checkout_session',
  'stripe_list_checkout_sessions',
  'stripe_create_customer',
  'stripe_get_customer',
  'stripe_create_subscription',
  'stripe_get_subscription',
  'stripe_list_subscriptions',
  'stripe_cancel_subscription',
  'stripe_create_billing_portal_session',
];

/**
 * Returns an environment with an empty home, where the program finds no configuration and may leave its state. It is gone
 * when the test has ended.
 */
export async function emptyHome(t) {
  const home = await mkdtemp(join(tmpdir(), 'stripe-mcp-client-'));
  t.after(() => rm(home, { recursive: true }));
  return {
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_STATE_HOME: join(home, 'state'),
  };
}
