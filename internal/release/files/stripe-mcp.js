#!/usr/bin/env node
// Runs the program from the package of this machine's system and processor, and is otherwise not to be noticed.
'use strict'
const { spawn } = require('node:child_process')
const { constants } = require('node:os')

const platform = `${require('./package.json').name}-${process.platform}-${process.arch}`
const windows = process.platform === 'win32'

let program
try {
  program = require.resolve(`${platform}/bin/stripe-mcp${windows ? '.exe' : ''}`)
} catch {
  console.error(`stripe-mcp: the package ${platform} is not installed, so nothing was started.`)
  console.error('If it exists, install again without --omit=optional. If not, build the program from its source.')
  process.exit(1)
}

// A terminal sends Ctrl-C to a whole process group, and the program takes a second signal for "end at once". So on Unix
// it gets a group of its own, and each signal once, from here. On Windows the console reaches it.
let child
for (const signal of windows ? ['SIGINT', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) {
  process.on(signal, () => windows || child.kill(signal))
}
child = spawn(program, process.argv.slice(2), { stdio: 'inherit', detached: !windows, windowsHide: true })
child.on('error', (error) => {
  console.error(`stripe-mcp: ${program} could not be started: ${error.message}`)
  process.exit(1)
})
child.on('exit', (code, signal) => {
  if (!signal) process.exit(code)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
  // Node holds some signals back from itself.
  setTimeout(() => process.exit(128 + constants.signals[signal]), 1000)
})
