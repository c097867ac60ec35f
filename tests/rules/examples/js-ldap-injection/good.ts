import { Client } from 'ldapts';

@Controller('login')
export class LoginController {
  @Post()
  login(@Body() body: LoginDto) {
    return this.client.bind(`uid=${escapeDn(body.user)},ou=people`, body.password);
  }
}
