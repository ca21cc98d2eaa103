// Prints how a desktop client starts an unpacked bundle: its manifest, with a person's settings put in.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getMcpConfigForManifest } from '@anthropic-ai/mcpb'

const [folder, settings] = process.argv.slice(2)
const start = await getMcpConfigForManifest({
  manifest: JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')),
  extensionPath: folder,
  systemDirs: {},
  userConfig: JSON.parse(settings),
  pathSeparator: '/',
})
console.log(JSON.stringify(start))
