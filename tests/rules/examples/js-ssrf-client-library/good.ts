import { Body, Controller, Post } from '@nestjs/common';
import axios from 'axios';

@Controller('preview')
export class PreviewController {
  @Post()
  async create(@Body() body: PreviewDto) {
    const { data } = await axios.get(`https://cdn.example.org/${body.name}`);
    return data;
  }
}
