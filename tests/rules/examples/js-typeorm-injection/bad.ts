@Controller('posts')
export class PostController {
  @Get()
  find(@Query('sort') sort: string) {
    return this.posts.createQueryBuilder('post').orderBy(`post.${sort}`).getMany(); // expect: js-typeorm-injection
  }
}
