@Controller('users')
export class UserController {
  @Get()
  find(@Query('sort') sort: string) {
    return this.users.findAll({ order: [[sort, 'ASC']] });
  }
}
