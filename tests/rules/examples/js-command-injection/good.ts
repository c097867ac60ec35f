import { Controller, Get, Query } from '@nestjs/common';
import { exec, execFile } from 'child_process';

@Controller('logs')
export class LogController {
  @Get()
  async read(@Query('lines') lines: number) {
    exec(`journalctl -n ${lines}`);
    execFile('journalctl', ['-u', 'web']);
  }
}
