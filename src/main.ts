#!/usr/bin/env node
import { startTuned, tuneRuntime } from './runtime.ts'

startTuned()
tuneRuntime()

const { runProcess } = await import('./process.ts')
await runProcess()
