import { Controller, Get, Param, Res } from '@nestjs/common';
import { Response } from 'express';

@Controller('avatars')
export class AvatarController {
  @Get(':name')
  send(@Param('name') name: string, @Res() res: Response) {
    res.sendFile(`/srv/avatars/${name}`); // expect: js-sent-file-traversal
  }
}
