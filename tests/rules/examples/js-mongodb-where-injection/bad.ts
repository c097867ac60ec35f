@Controller('items')
export class ItemController {
  @Get()
  find(@Query('filter') filter: string) {
    return this.items.find({ $where: filter }); // expect: js-mongodb-where-injection
  }
}
