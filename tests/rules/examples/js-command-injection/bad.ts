import { Controller, Get, Query } from '@nestjs/common';
import { exec } from 'child_process';
import { promisify } from 'util';

const execAsync = promisify(exec);

@Controller('logs')
export class LogController {
  @Get()
  async read(@Query('unit') unit: string): Promise<string> {
    const { stdout } = await execAsync(`journalctl -u ${unit}`); // expect: js-command-injection
    return stdout;
  }
}

export const handler = async (event: APIGatewayProxyEvent) => {
  const body = JSON.parse(event.body!);
  exec('git clone ' + body.url); // expect: js-command-injection
  return { statusCode: 200 };
};
