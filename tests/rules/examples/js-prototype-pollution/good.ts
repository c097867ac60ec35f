@Controller('settings')
export class SettingController {
  @Post()
  change(@Body() body: SettingDto) {
    return { ...this.settings, color: body.color };
  }
}
