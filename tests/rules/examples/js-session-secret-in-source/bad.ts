@Module({
  // expect-next: js-session-secret-in-source
  imports: [JwtModule.register({ secret: 'hard to guess', signOptions: { expiresIn: '60s' } })],
})
export class AuthModule {}
