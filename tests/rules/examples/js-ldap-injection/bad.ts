import { Client } from 'ldapts';

@Controller('login')
export class LoginController {
  @Post()
  login(@Body() body: LoginDto) {
    return this.client.bind(`uid=${body.user},ou=people`, body.password); // expect: js-ldap-injection
  }
}
