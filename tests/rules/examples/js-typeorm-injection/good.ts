@Controller('posts')
export class PostController {
  @Get()
  find(@Query('title') title: string) {
    return this.posts.createQueryBuilder('post').where('post.title = :title', { title }).getMany();
  }
}
