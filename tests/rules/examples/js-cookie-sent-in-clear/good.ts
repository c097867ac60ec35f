import { Controller, Post, Res } from '@nestjs/common';
import { Response } from 'express';

@Controller('login')
export class LoginController {
  @Post()
  create(@Res({ passthrough: true }) response: Response) {
    response.cookie('access_token', this.makeToken(), { secure: true, httpOnly: true });
  }
}
