// Other people's AI clients, as npm has them: where each is, what keeps it from calling its makers, and its commands for servers.

import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { modules, packageFolder } from './client.js';

/** Writes a file that a client reads. */
async function write(path, text) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

const platform = `${process.platform}-${process.arch}`;
const servers = (stripe) => JSON.stringify({ mcpServers: { stripe } });

// Each client says:
// name:      what it is called on our command line
// command:   how it is started
// quiet:     the variables that keep it from calling its makers, and make it patient
// configure: writes its settings into a home, with the entry of our server if there is one
// home:      the variable that names another folder for its settings
// add:       its own command that adds a program as a server of that name
// skip:      why it cannot be tried here
// connected: finds the servers that answered in what `mcp list` prints; without it, `mcp list` shows settings and starts nothing

export const claudeCode = {
  name: 'claude-code',
  command: [join(packageFolder(`@anthropic-ai/claude-code-${platform}`), 'claude')],
  quiet: {
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_TELEMETRY: '1',
    MCP_TIMEOUT: '120000', // a slow machine is no fault of the program's
  },
  async configure(env, stripe) {
    await write(join(env.CLAUDE_CONFIG_DIR ?? join(env.HOME, '.claude'), 'settings.json'), '{}');
    if (stripe) await write(join(env.CLAUDE_CONFIG_DIR ?? env.HOME, '.claude.json'), servers({ type: 'stdio', ...stripe }));
  },
  home: 'CLAUDE_CONFIG_DIR',
  add: (name, program) => ['mcp', 'add', '--scope', 'user', name, '--', program, '--simulator'],
  connected: /^(\S+): .* - \S+ Connected$/gm,
};

export const geminiCLI = {
  name: 'gemini-cli',
  command: [process.execPath, join(packageFolder('@google/gemini-cli'), 'bundle', 'gemini.js')],
  quiet: {
    GEMINI_CLI_NO_RELAUNCH: 'true', // one process, which a signal reaches
    GEMINI_CLI_TRUST_WORKSPACE: 'true', // it connects to nothing in a folder that nobody trusts
  },
  async configure(env, stripe) {
    const settings = {
      general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
      security: { auth: { selectedType: 'gemini-api-key' } },
      ...(stripe && { mcpServers: { stripe } }),
    };
    await write(join(env.GEMINI_CLI_HOME ?? env.HOME, '.gemini', 'settings.json'), JSON.stringify(settings));
  },
  home: 'GEMINI_CLI_HOME',
  add: (name, program) => ['mcp', 'add', '--scope', 'user', name, program, '--', '--simulator'],
  connected: /^✓ (\S+): .* - Connected$/gm,
};

/** Where npm has put the program of Codex: in a folder named after the machine's kind. */
const codexVendor = join(packageFolder(`@openai/codex-${platform}`), 'vendor');

export const codexCLI = {
  name: 'codex',
  command: [join(codexVendor, readdirSync(codexVendor)[0], 'bin', 'codex')],
  quiet: {},
  async configure(env, stripe) {
    const entry = ({ command, args, env: variables }) => `
      [mcp_servers.stripe]
      command = ${JSON.stringify(command)}
      args = ${JSON.stringify(args)}
      [mcp_servers.stripe.env]
      ${Object.entries(variables).map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join('\n')}`;
    const settings = `
      approval_policy = "never"
      analytics = { enabled = false }
      features = { apps = false, plugins = false, remote_plugin = false }
      ${stripe ? entry(stripe) : ''}`;
    await write(join(env.CODEX_HOME ?? join(env.HOME, '.codex'), 'config.toml'), settings);
  },
  home: 'CODEX_HOME',
  add: (name, program) => ['mcp', 'add', name, '--', program, '--simulator'],
};

export const copilotCLI = {
  name: 'copilot-cli',
  command: [join(packageFolder(`@github/copilot-${platform}`), 'copilot')],
  quiet: {
    COPILOT_AUTO_UPDATE: 'false',
    COPILOT_CACHE_HOME: join(modules, '.cache', 'copilot'), // it unpacks 235 MB of itself, for all tests once
    COPILOT_OFFLINE: 'true',
  },
  async configure(env, stripe) {
    const file = join(env.COPILOT_HOME ?? join(env.HOME, '.copilot'), 'mcp-config.json');
    if (stripe) await write(file, servers({ type: 'local', tools: ['*'], ...stripe }));
  },
  home: 'COPILOT_HOME',
  add: (name, program) => ['mcp', 'add', name, '--', program, '--simulator'],
};

export const qwenCode = {
  name: 'qwen-code',
  command: [process.execPath, join(packageFolder('@qwen-code/qwen-code'), 'cli-entry.js')],
  quiet: { QWEN_TELEMETRY_ENABLED: 'false', QWEN_USAGE_STATISTICS_ENABLED: 'false' },
  async configure(env) {
    const settings = { general: { enableAutoUpdate: false }, privacy: { usageStatisticsEnabled: false } };
    await write(join(env.QWEN_HOME ?? join(env.HOME, '.qwen'), 'settings.json'), JSON.stringify(settings));
  },
  home: 'QWEN_HOME',
  add: (name, program) => ['mcp', 'add', name, program, '--', '--simulator'],
  connected: /^✓ (\S+): .* - Connected$/gm,
};

export const openCode = {
  name: 'opencode',
  command: [join(modules, `opencode-${platform}`, 'bin', 'opencode')],
  skip: platform === 'linux-x64' ? false : 'package.json names OpenCode for Linux on x64 only',
  quiet: {
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    npm_config_offline: 'true', // it installs a package for plugins, of which there are none
  },
  home: 'XDG_CONFIG_HOME',
  async configure(env) {
    const settings = { experimental: { mcp_timeout: 120_000 } };
    await write(join(env.XDG_CONFIG_HOME ?? join(env.HOME, '.config'), 'opencode', 'opencode.jsonc'), JSON.stringify(settings));
  },
  add: (name, program) => ['mcp', 'add', name, '--', program, '--simulator'],
  connected: /✓ (\S+) .*connected/g,
};
