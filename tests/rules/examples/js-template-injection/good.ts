@Controller('mail')
export class MailController {
  @Post()
  send(@Body() body: MailDto) {
    return nunjucks.renderString('{{ text }}', { text: body.text });
  }
}
