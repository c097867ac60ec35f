@Controller('items')
export class ItemController {
  @Get()
  find(@Query('name') name: string) {
    return this.items.find({ name: String(name) });
  }
}
