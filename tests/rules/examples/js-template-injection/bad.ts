@Controller('mail')
export class MailController {
  @Post()
  send(@Body() body: MailDto) {
    return nunjucks.renderString(body.text, {}); // expect: js-template-injection
  }
}
