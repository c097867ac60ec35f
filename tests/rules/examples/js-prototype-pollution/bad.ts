@Controller('settings')
export class SettingController {
  @Post()
  change(@Body() body: any) {
    return _.merge(this.settings, body); // expect: js-prototype-pollution
  }
}
