#!/usr/bin/env node
import { tuneRuntime } from './runtime.ts'

tuneRuntime()

const { runProcess } = await import('./process.ts')
await runProcess()
